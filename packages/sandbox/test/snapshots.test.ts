import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Sandbox, startSandbox } from '@ami-publisher/sandbox';
import { CreateSnapshotCommand, DeleteSnapshotCommand, DescribeSnapshotsCommand } from '@aws-sdk/client-ec2';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { destroyClients, ec2Client, eventually, expectCode } from './support/aws.js';
import {
  availableVolume,
  completedSnapshot,
  describeSnapshot,
  describeVolume,
  registeredImage,
  registration,
} from './support/resources.js';

describe('Snapshots', () => {
  destroyClients();
  let sandbox: Sandbox;
  let ec2: ReturnType<typeof ec2Client>;
  const zone = 'us-east-1a';

  beforeAll(async () => {
    sandbox = await startSandbox();
    ec2 = ec2Client(sandbox);
  });
  afterAll(() => sandbox.close());

  const volumeWithTree = async (): Promise<{ volumeId: string; directory: string }> => {
    const volumeId = await availableVolume(ec2, zone);
    const directory = sandbox.model.volumePath(volumeId);
    mkdirSync(join(directory, 'tree'));
    writeFileSync(join(directory, 'tree', 'file'), 'before');
    return { volumeId, directory };
  };

  const seal = (directory: string, generation = 1): void =>
    writeFileSync(join(directory, 'seal.json'), JSON.stringify({ stream: 's', leaf: 'l', generation }));

  test('[SNAP-1] A snapshot holds what was on the volume when the call answered', async () => {
    const { volumeId, directory } = await volumeWithTree();
    seal(directory);
    const created = await ec2.send(
      new CreateSnapshotCommand({ VolumeId: volumeId, Description: 'release 1' }),
    );
    expect(created).toMatchObject({
      State: 'pending',
      Description: 'release 1',
      VolumeId: volumeId,
      Progress: '0%',
    });

    writeFileSync(join(directory, 'tree', 'file'), 'after');
    const copy = join(sandbox.model.snapshotPath(created.SnapshotId!), 'tree', 'file');
    expect(readFileSync(copy, 'utf8')).toBe('before');

    const seen = new Set<string>();
    const completed = await eventually(async () => {
      const snapshot = await describeSnapshot(ec2, created.SnapshotId!);
      seen.add(snapshot.Progress!);
      return snapshot.State === 'completed' ? snapshot : undefined;
    });
    expect(completed).toMatchObject({ Progress: '100%', CompletionTime: expect.any(Date) });
    expect(seen.size).toBeGreaterThan(2);
  });

  test('[SNAP-2] A snapshot has the key and the size of its volume', async () => {
    const volumeId = await availableVolume(ec2, zone, { Encrypted: true, Size: 7 });
    const { KmsKeyId } = await describeVolume(ec2, volumeId);
    const snapshotId = await completedSnapshot(ec2, volumeId);
    expect(await describeSnapshot(ec2, snapshotId)).toMatchObject({
      Encrypted: true,
      KmsKeyId,
      VolumeSize: 7,
    });
  });

  test('[SNAP-3] A volume with a tree and no seal cannot be captured, and nothing is left of the attempt', async () => {
    const { volumeId, directory } = await volumeWithTree();
    await expectCode(ec2.send(new CreateSnapshotCommand({ VolumeId: volumeId })), 'SandboxVolumeNotSealed');
    const { Snapshots } = await ec2.send(
      new DescribeSnapshotsCommand({ Filters: [{ Name: 'volume-id', Values: [volumeId] }] }),
    );
    expect(Snapshots).toEqual([]);

    seal(directory);
    await expect(ec2.send(new CreateSnapshotCommand({ VolumeId: volumeId }))).resolves.toHaveProperty(
      'SnapshotId',
    );
  });

  test('[SNAP-3] A volume that is unsealed while it is copied cannot be captured', async () => {
    const { volumeId, directory } = await volumeWithTree();
    seal(directory);
    for (let file = 0; file < 2000; file += 1) writeFileSync(join(directory, 'tree', `file-${file}`), 'x');
    const snapshots = dirname(sandbox.model.snapshotPath(await completedSnapshot(ec2, volumeId)));
    const before = readdirSync(snapshots).length;

    const capture = ec2.send(new CreateSnapshotCommand({ VolumeId: volumeId }));
    const refused = expectCode(capture, 'SandboxVolumeNotSealed');
    await eventually(async () => (readdirSync(snapshots).length > before ? true : undefined));
    seal(directory, 2);
    await refused;
    expect(readdirSync(snapshots)).toHaveLength(before);
  });

  test('[SNAP-3] An empty volume needs no seal', async () => {
    const volumeId = await availableVolume(ec2, zone);
    expect(readdirSync(sandbox.model.snapshotPath(await completedSnapshot(ec2, volumeId)))).toEqual([]);
  });

  test('[SNAP-4] A snapshot of an image cannot be deleted; another goes with its folder', async () => {
    const volumeId = await availableVolume(ec2, zone);
    const [used, free] = await Promise.all([
      completedSnapshot(ec2, volumeId),
      completedSnapshot(ec2, volumeId),
    ]);
    await registeredImage(ec2, registration('snapshot-in-use', used));
    await expectCode(ec2.send(new DeleteSnapshotCommand({ SnapshotId: used })), 'InvalidSnapshot.InUse');

    const directory = sandbox.model.snapshotPath(free);
    await ec2.send(new DeleteSnapshotCommand({ SnapshotId: free }));
    expect(existsSync(directory)).toBe(false);
    await expectCode(describeSnapshot(ec2, free), 'InvalidSnapshot.NotFound');
  });

  test.each([
    [['self'], true],
    [['111111111111'], true],
    [['222222222222'], false],
    [['amazon'], false],
  ])('[SNAP-5] Snapshots of the owners %j are listed: %s', async (OwnerIds, listed) => {
    await completedSnapshot(ec2, await availableVolume(ec2, zone));
    const { Snapshots } = await ec2.send(new DescribeSnapshotsCommand({ OwnerIds }));
    expect(Snapshots!.length > 0).toBe(listed);
  });

  test('A sandbox whose folder is damaged says so with an internal error', async () => {
    const volumeId = await availableVolume(ec2, zone);
    rmSync(sandbox.model.volumePath(volumeId), { recursive: true });
    await expectCode(ec2.send(new CreateSnapshotCommand({ VolumeId: volumeId })), 'InternalError');
  });
});
