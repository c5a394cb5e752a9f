import type { Tag } from '@aws-sdk/client-ec2';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { destroyClients, ec2Client, eventually } from '../../packages/sandbox/test/support/aws.js';
import {
  availableVolume,
  completedSnapshot,
  describeImage,
  registeredImage,
  registration,
} from '../../packages/sandbox/test/support/resources.js';
import { createWorld, type World } from '../support/world.js';
import { execute } from './support/execute.js';

const stream = 'base/unpacker';
const [home, away] = ['us-east-1', 'eu-west-1'] as const;

let world: World;
let copierImage: string;
destroyClients();
beforeAll(async () => {
  // The keys of the account's user are to make snapshots by themselves.
  world = await createWorld({ volumes: 'block', regions: [home, away], policies: undefined });
  await world.addImage(`${stream}/1`);
  const published = await world.run('publish', stream, '1', '--targets', `*,${home}`);
  if (published.code !== 0) throw new Error(published.stderr);
  const ec2 = ec2Client(world.sandbox, { region: away });
  const snapshot = await completedSnapshot(ec2, await availableVolume(ec2, `${away}a`));
  copierImage = await registeredImage(ec2, registration('stock', snapshot));
  await eventually(async () =>
    (await describeImage(ec2, copierImage)).State === 'available' ? true : undefined,
  );
});
afterAll(() => world?.close());

const isTagged = ({ Tags = [] }: { readonly Tags?: readonly Tag[] | undefined }, value: string): boolean =>
  Tags.some(({ Value }) => Value === value);

describe('copy-bootstrap-image --via instance', () => {
  it('[W39] [W40] has real programs copy a real disk byte by byte, and leaves nothing of it', async () => {
    const { model, accounts } = world.sandbox;
    const [{ id: account } = { id: '' }] = accounts;
    const where = ['--targets', `*,${away}`, '--from', `*,${home}`];
    const how = ['--via', 'instance', '--copier-image', copierImage];
    const run = await world.run('copy-bootstrap-image', stream, ...where, ...how);
    expect(run.code, run.stderr).toBe(0);

    const original = (await model.inventory(account, home)).volumes.find((one) => isTagged(one, stream));
    const { images, instances, volumes } = await model.inventory(account, away);
    const [mapping] = images.find((one) => isTagged(one, stream))?.BlockDeviceMappings ?? [];
    const copy = model.snapshotPath(mapping?.Ebs?.SnapshotId ?? '');
    await execute('cmp', '--', model.volumePath(original?.VolumeId ?? ''), copy);
    const copier = instances.find((one) => isTagged(one, 'ImageCopier'));
    expect(copier?.State?.Name).toBe('terminated');
    expect(volumes.filter((one) => isTagged(one, 'ImageCopier') && String(one.State) !== 'deleting')).toEqual(
      [],
    );
  });
});
