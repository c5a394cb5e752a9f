import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createProvingGround, type Ground, type ProvingGround } from '../recovery/support/proving-ground.js';
import type { PrintedResults } from '../support/world.js';

let grounds: ProvingGround;
beforeAll(async () => {
  grounds = await createProvingGround(4);
});
afterAll(() => grounds?.close());

const publish = (ground: Ground, leaf: string, targets = ground.targets) => [
  'publish',
  ground.stream,
  leaf,
  '--targets',
  targets,
];

/** What is in the snapshot of each AMI of the stream, by the release in its name. */
const contents = async ({ account, stream, world }: Ground): Promise<string[]> => {
  const { model, regions } = world.sandbox;
  const inventories = await Promise.all(regions.map((region) => model.inventory(account.id, region)));
  const images = inventories.flatMap((inventory) => inventory.images);
  return Promise.all(
    images
      .filter(({ Name }) => Name?.startsWith(`${stream}/`))
      .map(async ({ Name, BlockDeviceMappings }) => {
        const folder = model.snapshotPath(BlockDeviceMappings?.[0]?.Ebs?.SnapshotId ?? '');
        return `${Name} holds ${await readFile(join(folder, 'tree/etc/os-release'), 'utf8')}`;
      }),
  );
};

const addReleases = async (ground: Ground): Promise<void> => {
  await ground.addRelease('1', 'the first');
  await ground.addRelease('2', 'the second');
};

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** A lease lives this long without its holder, ms. */
const leaseMs = 60_000;

describe.concurrent('A publisher that is stopped', () => {
  it.each([
    ['between PrepareForCapture and CreateSnapshot', 'unpacker:PrepareForCapture'],
    ['between CreateSnapshot and ConfirmCapture', 'CreateSnapshot'],
    ['between UnpackImage and PrepareForCapture', 'unpacker:UnpackImage'],
  ] as const)('%s, while another publishes the next release, registers no wrong one', (_when, action) =>
    grounds.use(async (ground) => {
      await addReleases(ground);
      // One target, so that nothing but the held call is on its way when the publisher is stopped.
      const target = `${ground.account.name},${ground.world.sandbox.regions[0]}`;
      const arriving = ground.hold(action, 'after');
      const first = ground.start(...publish(ground, '1', target));
      const held = await arriving;
      first.signal('SIGSTOP');
      held.release();
      await pause(leaseMs + 2_000);

      const second = await ground.run(...publish(ground, '2', target));
      expect(second.code, second.stderr).toBe(0);
      first.signal('SIGCONT');
      const { code, stderr } = await first.ended;

      expect(code, stderr).toBe(0);
      expect(stderr).toMatch(/again in 0 ms: the lease of publication /);
      const { stream } = ground;
      expect((await contents(ground)).sort()).toEqual([
        `${stream}/1 holds the first`,
        `${stream}/2 holds the second`,
      ]);
      const { duplicates, mislabels, orphans } = ground.world.sandbox.model.audit();
      const here = ({ accountId }: { accountId: string }) => accountId === ground.account.id;
      expect([...duplicates, ...mislabels, ...orphans].filter(here)).toEqual([]);
    }),
  );
});

describe.concurrent('Two publishers', () => {
  it('[W27] of one stream: the second is told who has it, and fails', () =>
    grounds.use(async (ground) => {
      await addReleases(ground);
      const arriving = ground.hold('unpacker:UnpackImage', 'before');
      const first = ground.start(...publish(ground, '1'));
      const held = await arriving;
      const firstId = await ground.publicationId();
      const second = await ground.run(...publish(ground, '2'));
      held.release();
      expect(second.code).toBe(1);
      expect(second.json<PrintedResults>().targets[0]).toMatchObject({
        status: 'failed',
        step: 'lease',
        code: 'LEASE_HELD',
        message: expect.stringContaining(`is leased to publication ${firstId}`),
      });
      const { code, stderr } = await first.ended;
      expect(code, stderr).toBe(0);
    }));

  it('that resume one publication: the second is refused', () =>
    grounds.use(async (ground) => {
      await addReleases(ground);
      const arriving = ground.hold('CreateVolume', 'before');
      const killed = ground.start(...publish(ground, '1'));
      const heldFirst = await arriving;
      killed.signal('SIGKILL');
      await killed.ended;
      heldFirst.drop();
      const id = await ground.publicationId();

      const resuming = ground.hold('CreateVolume', 'before');
      const first = ground.start('resume', id);
      const held = await resuming;
      const second = await ground.run('resume', id);
      const undone = await ground.run('rollback', id);
      held.release();
      expect(second.code).toBe(1);
      expect(second.stderr).toMatch(
        new RegExp(`PUBLICATION_LOCKED: ${id} is being worked on by process ${first.pid}`),
      );
      expect(undone.code).toBe(1);
      expect(undone.stderr).toContain('PUBLICATION_LOCKED');
      const { code, stderr } = await first.ended;
      expect(code, stderr).toBe(0);
      expect(await ground.madeBy(id)).toEqual({ images: 2, snapshots: 2, volumes: 2 });
    }));
});
