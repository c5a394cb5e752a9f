import { readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Target } from '@ami-publisher/core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { build } from '../src/executors/build.js';
import { patch } from '../src/executors/patch/patch.js';
import type { ExecutorServices } from '../src/executors/services.js';
import type { AmiDetails } from '../src/lifecycles/state.js';
import { createExecutorWorld, type ExecutorWorld } from './support/executor-world.js';
import { patchWork, workOn } from './support/work.js';

const { signal } = new AbortController();
const bin = resolve(import.meta.dirname, '../../cli/bin/ami-publisher.js');
const bucket = 'components';

describe('Patching on the sandbox', () => {
  let world: ExecutorWorld;
  let services: ExecutorServices;
  let target: Target;
  let amis: readonly AmiDetails[];

  beforeAll(async () => {
    world = await createExecutorWorld();
    const region = world.sandbox.regions[0]!;
    await world.addImage('1', { 'etc/release': 'one\n', 'etc/kept': 'kept\n' });
    world.sandbox.model.addBucket(bucket, world.accountId, region);
    const { targets } = await world.services().cloud.resolveTargets(`${world.accountName},${region}`);
    target = targets[0]!;
    const options = [
      '--image-server',
      world.sandbox.imageServer,
      '--certs',
      world.sandbox.certificatesDirectory ?? '',
    ];
    const builder = { image: await world.emptyAmi(target), command: [process.execPath, bin], options };
    services = world.services({ builder, targets: `${world.accountName},${region}` });
    const { properties } = await build(services).run(workOn('BUILD_AMI'), signal);
    amis = properties?.ami_details as readonly AmiDetails[];
  });
  afterAll(() => world.close());

  const component = async (key: string, lines: readonly string[]): Promise<string> => {
    const steps = lines.map((line) => `      - ${line}`).join('\n');
    const body = `schemaVersion: 1.0\nphases:\n  - name: build\n    steps:\n${steps}\n`;
    await world.putObject(bucket, key, body);
    return `s3://${bucket}/${key}`;
  };
  const treeOf = async (imageId: string): Promise<string> => {
    const { images } = await world.sandbox.model.inventory(world.accountId, target.region);
    const snapshot = images.find(({ ImageId }) => ImageId === imageId)?.BlockDeviceMappings?.[0]?.Ebs
      ?.SnapshotId;
    return join(world.sandbox.model.snapshotPath(snapshot ?? ''), 'tree');
  };
  const left = async () => {
    const { instances } = await world.sandbox.model.inventory(world.accountId, target.region);
    return instances.filter(
      ({ Tags = [], State }) =>
        Tags.some(({ Key }) => Key === 'ami-lifecycle:id') &&
        !['shutting-down', 'terminated'].includes(State?.Name ?? ''),
    );
  };

  test('[W-E7] what the steps of a component change is in the disk of the new AMI, and nothing is left', async () => {
    const url = await component('good.yaml', [
      '{ name: release, action: ExecuteBash, inputs: { commands: ["echo two > /etc/release", "[[ $(< /etc/release) == two ]]"] } }',
      `{ name: motd, action: CreateFile, inputs: [{ path: /etc/motd.d/it's, content: "a 'b' $c\\n", permissions: "0600" }] }`,
    ]);
    const work = patchWork(url, amis);
    const executor = patch(services);
    const { status, properties } = await executor.run(work, signal);
    expect(status).toBe('COMPLETED');
    const patched = properties?.ami_details as readonly AmiDetails[];
    const tree = await treeOf(patched[0]?.image ?? '');
    expect(readFileSync(join(tree, 'etc/release'), 'utf8')).toBe('two\n');
    expect(readFileSync(join(tree, 'etc/kept'), 'utf8')).toBe('kept\n');
    expect(readFileSync(join(tree, "etc/motd.d/it's"), 'utf8')).toBe("a 'b' $c\n");
    expect(statSync(join(tree, "etc/motd.d/it's")).mode & 0o777).toBe(0o600);
    expect(readFileSync(join(await treeOf(amis[0]!.image), 'etc/release'), 'utf8')).toBe('one\n');
    await executor.cleanUp(work);
    await expect.poll(left).toEqual([]);
    // Again, as after a crash of the server: what is done is found.
    expect((await executor.run(work, signal)).properties).toEqual(properties);
    expect(await left()).toEqual([]);
  });

  test('a step that fails ends the patch with what it said, unless its failure is to be ignored', async () => {
    const url = await component('bad.yaml', [
      '{ name: shrugged, action: ExecuteBash, onFailure: Ignore, inputs: { commands: ["exit 1"] } }',
      '{ name: broken, action: ExecuteBash, inputs: { commands: ["echo no such thing >&2", "exit 3"] } }',
    ]);
    const work = patchWork(url, amis);
    await expect(patch(services).run(work, signal)).rejects.toThrow(
      'step 2-broken ended with 3: no such thing',
    );
    await patch(services).cleanUp(work);
    await expect.poll(left).toEqual([]);
  });
});
