import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createWorld, type PrintedResults, type Run, root, type World } from '../support/world.js';

let world: World;
let results: PrintedResults;
beforeAll(async () => {
  world = await createWorld({ accounts: 3, regions: ['eu-west-1', 'us-east-1'] });
  await world.addImage('base/debian/1');
  const run = await world.run('publish', 'base/debian', '1', '--tag', 'team=base');
  results = run.json<PrintedResults>();
});
afterAll(() => world?.close());

/** Asks the AWS CLI with the environment that the sandbox prints. */
const aws = (account: string, region: string, ...command: string[]): Promise<Run> =>
  world.execute(
    join(root, '.venv/bin/aws'),
    ...['--profile', account, '--region', region, '--output', 'json'],
    ...command,
  );

describe('the AWS CLI', () => {
  it('knows who it is with every kind of profile that the sandbox writes', async () => {
    for (const { id, name } of world.sandbox.accounts) {
      const identity = await aws(name, 'eu-west-1', 'sts', 'get-caller-identity');
      expect(identity.json()).toMatchObject({ Account: id });
    }
  });

  it('describes each published AMI with its snapshot, encryption and tags', async () => {
    expect(results.targets).toHaveLength(6);
    for (const { account, region, imageId = '', snapshotId } of results.targets) {
      const images = await aws(account, region, 'ec2', 'describe-images', '--image-ids', imageId);
      const Ebs = { SnapshotId: snapshotId, Encrypted: true, VolumeType: 'gp3' };
      expect(images.json()).toMatchObject({
        Images: [
          {
            ImageId: imageId,
            Name: 'base/debian/1',
            State: 'available',
            Public: false,
            BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs }],
            Tags: expect.arrayContaining([
              { Key: 'team', Value: 'base' },
              { Key: 'ami-publisher:publication', Value: results.publicationId },
            ]),
          },
        ],
      });
    }
  });

  it('finds everything of a publication by its tag', async () => {
    const filter = `Name=tag:ami-publisher:publication,Values=${results.publicationId}`;
    const [{ account = '', region = '' } = {}] = results.targets;
    const ask = async (what: string) => (await aws(account, region, 'ec2', what, '--filters', filter)).json();
    expect(await ask('describe-images')).toMatchObject({ Images: [{ State: 'available' }] });
    expect(await ask('describe-snapshots')).toMatchObject({
      Snapshots: [{ State: 'completed', Progress: '100%' }],
    });
    expect(await ask('describe-volumes')).toMatchObject({
      Volumes: [{ Encrypted: true, VolumeType: 'gp3', State: 'in-use' }],
    });
  });

  it('lists regions', async () => {
    const regions = await aws(
      'development',
      'us-east-1',
      'ec2',
      'describe-regions',
      '--query',
      'Regions[].RegionName',
    );
    expect(regions.json<string[]>().sort()).toEqual(['eu-west-1', 'us-east-1']);
  });

  it('waits with its own waiters', async () => {
    const [{ account = '', region = '', imageId = '' } = {}] = results.targets;
    const waited = await aws(account, region, 'ec2', 'wait', 'image-available', '--image-ids', imageId);
    expect(waited).toMatchObject({ code: 0, stderr: '' });
  });

  it('is told in the words of AWS what is wrong', async () => {
    const unknown = await aws(
      'development',
      'us-east-1',
      'ec2',
      'describe-images',
      '--image-ids',
      'ami-00000000000000000',
    );
    expect(unknown.stderr).toContain('InvalidAMIID.NotFound');
    expect(unknown.code).not.toBe(0);
  });
});
