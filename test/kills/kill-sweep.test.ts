import { StopInstancesCommand } from '@aws-sdk/client-ec2';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { killAt, moments } from '../recovery/support/kill.js';
import { createProvingGround, type Ground, type ProvingGround } from '../recovery/support/proving-ground.js';
import { addFreeVolume } from '../support/free-volume.js';

/** A publication that makes certain calls. */
interface Scenario {
  readonly name: string;
  /** What comes before it. */
  readonly prepare: (ground: Ground) => Promise<void>;
  readonly publish: readonly string[];
  /** The calls at which its publisher is killed. */
  readonly calls: readonly string[];
}

const publishFirst = async (ground: Ground): Promise<void> => {
  const run = await ground.run('publish', ground.stream, '1', '--targets', ground.targets);
  expect(run.code, run.stderr).toBe(0);
};

const scenarios: readonly Scenario[] = [
  {
    name: 'a first release, to be deprecated and protected',
    prepare: async () => {},
    publish: ['1', '--deprecate-in', '30d', '--deregistration-protection'],
    calls: [
      'unpacker:CreateStream',
      'unpacker:AcquireLease',
      'CreateVolume',
      'AttachVolume',
      'unpacker:AddDevice',
      'ModifyInstanceAttribute',
      'unpacker:PrepareForUnpack',
      'unpacker:UnpackImage',
      'unpacker:PrepareForCapture',
      'CreateSnapshot',
      'unpacker:ConfirmCapture',
      'unpacker:ReleaseLease',
      'RegisterImage',
      'EnableImageDeprecation',
      'EnableImageDeregistrationProtection',
    ],
  },
  {
    name: 'a release while the unpackers are stopped',
    prepare: stopUnpackers,
    publish: ['1'],
    calls: ['StartInstances'],
  },
  {
    name: 'a release that takes longer than a lease is renewed',
    prepare: async (ground) => {
      void ground.hold('unpacker:UnpackImage', 'before');
    },
    publish: ['1'],
    calls: ['unpacker:RenewLease'],
  },
  {
    name: 'a larger release',
    prepare: publishFirst,
    publish: ['2', '--min-free', '2GiB'],
    calls: ['ModifyVolume', 'unpacker:GrowDevice'],
  },
  {
    name: 'a release with another KMS key',
    prepare: publishFirst,
    publish: ['2', '--kms-key', 'alias/other'],
    calls: ['unpacker:RemoveDevice', 'DetachVolume', 'DeleteVolume'],
  },
  {
    name: 'a release for which a free volume is there',
    prepare: provideFreeVolumes,
    publish: ['1'],
    calls: ['CreateTags', 'unpacker:AssociateStream'],
  },
];

let grounds: ProvingGround;
beforeAll(async () => {
  grounds = await createProvingGround(16);
  for (const { id } of grounds.world.sandbox.accounts) {
    for (const region of grounds.world.sandbox.regions) {
      grounds.world.sandbox.model.addKmsKey({ accountId: id, region }, 'alias/other');
    }
  }
});
afterAll(() => grounds?.close());

describe.concurrent.each(scenarios)('A publisher of $name', ({ prepare, publish, calls }) => {
  const cases = calls.flatMap((action) => moments.map((moment) => ({ action, moment })));

  const killed = async (ground: Ground, { action, moment }: (typeof cases)[number]) => {
    await ground.addRelease('1', 'first');
    await ground.addRelease('2', 'second');
    await prepare(ground);
    const command = ['publish', ground.stream, ...publish, '--targets', ground.targets];
    return killAt(ground, command, action, moment);
  };

  it.each(cases)('[W77] killed at $action $moment is finished by resume', (at) =>
    grounds.use(async (ground) => {
      const { settled } = await killed(ground, at);
      const id = await ground.publicationId();
      const resumed = await ground.run('resume', id);
      expect(resumed.code, resumed.stderr).toBe(0);
      await settled;
      expect(await ground.madeBy(id)).toMatchObject({ images: 2, snapshots: 2 });
      expect(await ground.volumesOfStream()).toBe(2);
    }),
  );

  it.each(cases)('[W30] killed at $action $moment is undone by rollback', (at) =>
    grounds.use(async (ground) => {
      const { settled } = await killed(ground, at);
      const id = await ground.publicationId();
      const undone = await ground.run('rollback', id, '--force');
      expect(undone.code, undone.stderr).toBe(0);
      await settled;
      expect(await ground.madeBy(id)).toEqual({ images: 0, snapshots: 0, volumes: 0 });
    }),
  );
});

const callsOfRollback = [
  'DisableImageDeregistrationProtection',
  'DeregisterImage',
  'DeleteSnapshot',
  'unpacker:RemoveDevice',
  'DetachVolume',
  'DeleteVolume',
];

describe.concurrent('A rollback of a protected release', () => {
  const cases = callsOfRollback.flatMap((action) => moments.map((moment) => ({ action, moment })));

  it.each(cases)('killed at $action $moment is finished by another', ({ action, moment }) =>
    grounds.use(async (ground) => {
      await ground.addRelease('1', 'first');
      const published = await ground.run(
        ...['publish', ground.stream, '1', '--targets', ground.targets, '--deregistration-protection'],
      );
      expect(published.code, published.stderr).toBe(0);
      const id = await ground.publicationId();
      const { settled } = await killAt(ground, ['rollback', id, '--force'], action, moment);
      const undone = await ground.run('rollback', id, '--force');
      expect(undone.code, undone.stderr).toBe(0);
      await settled;
      expect(await ground.madeBy(id)).toEqual({ images: 0, snapshots: 0, volumes: 0 });
    }),
  );
});

describe('All of these', () => {
  it('leave out no call that changes anything', () => {
    const killedAt = new Set([...scenarios.flatMap(({ calls }) => calls), ...callsOfRollback]);
    const ofTheTests = ['StopInstances', 'unpacker:ClaimDevice'];
    const made = Object.keys(grounds.world.sandbox.model.calls.counts());
    const changing = made.filter((action) => !/^(unpacker:)?(Describe|Get|Assume)/.test(action));
    expect(changing.filter((action) => !killedAt.has(action) && !ofTheTests.includes(action))).toEqual([]);
  });
});

/** Gives every unpacker a volume that belongs to no stream, and takes it away when the case has ended. */
async function provideFreeVolumes({ account, afterwards, world }: Ground): Promise<void> {
  for (const region of world.sandbox.regions) {
    const volume = await addFreeVolume(world, account.id, region);
    afterwards(() => volume.remove());
  }
}

async function stopUnpackers({ account, ec2, world }: Ground): Promise<void> {
  for (const region of world.sandbox.regions) {
    const { instances } = await world.sandbox.model.inventory(account.id, region);
    const InstanceIds = instances.flatMap(({ InstanceId }) => InstanceId ?? []);
    await ec2(region).send(new StopInstancesCommand({ InstanceIds }));
  }
}
