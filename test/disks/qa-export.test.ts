import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { build } from '../../packages/orchestrator/src/executors/build.js';
import { exportLink } from '../../packages/orchestrator/src/executors/export/export-link.js';
import { qaExport } from '../../packages/orchestrator/src/executors/export/qa-export.js';
import type { ExecutorServices } from '../../packages/orchestrator/src/executors/services.js';
import type { AmiDetails } from '../../packages/orchestrator/src/lifecycles/state.js';
import {
  createExecutorWorld,
  type ExecutorWorld,
} from '../../packages/orchestrator/test/support/executor-world.js';
import { completed, workOn } from '../../packages/orchestrator/test/support/work.js';
import { execute } from './support/execute.js';

const { signal } = new AbortController();
const bucket = 'exports';

describe('The export for QA', () => {
  let world: ExecutorWorld;
  let services: ExecutorServices;
  let amis: readonly AmiDetails[];

  beforeAll(async () => {
    world = await createExecutorWorld({ volumes: 'block', regions: 1 });
    const region = world.sandbox.regions[0]!;
    world.sandbox.model.addBucket(bucket, world.accountId, region, 'arn:aws:kms:key');
    services = world.services({ targets: `${world.accountName},${region}`, qaExport: { bucket } });
    await world.addImage('1', { 'etc/release': 'one\n' });
    const { properties } = await build(services).run(workOn('BUILD_AMI'), signal);
    amis = properties?.ami_details as readonly AmiDetails[];
    // What is exported is the release of the AMI, not what was published last.
    await world.addImage('2', { 'etc/release': 'two\n' });
    await build(services).run(workOn('BUILD_AMI'), signal);
  });
  afterAll(() => world.close());

  test('[W-E6] puts the disk of the AMI into the bucket, and signs a link to it for each who asks', async () => {
    const work = workOn('QA_CERTIFICATION_REQUEST', amis);
    const { status, properties } = await qaExport(services).run(work, signal);
    expect(status).toBe('COMPLETED');
    expect(properties).toMatchObject({
      ami_id: amis[0]?.image,
      export_bucket: bucket,
      export_image_path: `s3://${bucket}/exports/${work.state.lifecycle.id}/${amis[0]?.image}/${work.attempt.id}.vmdk`,
      export_sha512: expect.stringMatching(/^[0-9a-f]{128}$/),
    });
    expect(JSON.stringify(properties)).not.toContain('Signature');

    const link = await exportLink(services, completed(work, properties), signal);
    const disk = Buffer.from(await (await fetch(link.url)).arrayBuffer());
    expect(disk).toHaveLength(link.bytes);
    const file = join(world.directory, 'disk.vmdk');
    writeFileSync(file, disk);
    await execute('qemu-img', 'convert', '-f', 'vmdk', '-O', 'raw', file, `${file}.raw`);
    expect(await releaseOn(`${file}.raw`)).toBe('one\n');
  });
});

/** A file of the root file system, which is in the largest partition. */
const releaseOn = async (disk: string): Promise<string> => {
  const table = JSON.parse(await execute('sfdisk', '--json', disk)) as {
    partitiontable: { partitions: { start: number; size: number }[]; sectorsize: number };
  };
  const { partitions, sectorsize } = table.partitiontable;
  const [root] = partitions.toSorted((one, other) => other.size - one.size);
  const offset = (root?.start ?? 0) * sectorsize;
  return execute('debugfs', '-R', 'cat /etc/release', `${disk}?offset=${offset}`);
};
