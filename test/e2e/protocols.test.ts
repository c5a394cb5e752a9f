import { createHash } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { policiesFor, srpcPolicy } from '../support/iam-page.js';
import { createWorld, type PrintedResults, type World } from '../support/world.js';

/** A region for each way to speak to an unpacker, and one for each in which none answers. */
const regionOf = {
  grpc: 'us-east-1',
  srpc: 'us-west-2',
  auto: 'eu-west-1',
  silentGrpc: 'eu-central-1',
  silentSrpc: 'eu-north-1',
} as const;
const account = 'development';

let world: World;

beforeAll(async () => {
  world = await createWorld({
    accounts: 1,
    regions: Object.values(regionOf),
    policies: policiesFor(srpcPolicy),
  });
  await world.addImage('base/debian/1', {
    'etc/version': '1\n',
    'etc/gone': 'x\n',
    'usr/bin/tool': 'tool\n',
  });
  await world.addImage('base/debian/2', { 'etc/version': '2\n', 'usr/bin/tool': 'tool\n' });
});
afterAll(() => world?.close());

const accountId = () => world.sandbox.accounts.find(({ name }) => name === account)?.id ?? '';
const instanceIn = async (region: string) =>
  (await world.sandbox.model.inventory(accountId(), region)).instances[0];

/** Nothing listens there. */
const nowhere = '127.0.0.1:9';

/** What an override may say of the estate of Go. */
type Estate = 'grpc' | 'srpc' | 'srpc, readBack: true';

const writeConfiguration = async (estate: Estate): Promise<string> => {
  const silent = async (region: string): Promise<string> =>
    `connector: { map: { ${(await instanceIn(region))?.InstanceId}: '${nowhere}' } }`;
  const file = join(world.directory, 'protocols.yaml');
  writeFileSync(
    file,
    `protocol: grpc
overrides:
  - { targets: '*,${regionOf.srpc}', protocol: ${estate} }
  - { targets: '*,${regionOf.auto}', protocol: auto }
  - { targets: '*,${regionOf.silentGrpc}', ${await silent(regionOf.silentGrpc)} }
  - { targets: '*,${regionOf.silentSrpc}', protocol: srpc, ${await silent(regionOf.silentSrpc)} }
`,
  );
  return file;
};

/** @param estate what the unpacker of an estate of Go is said to speak, and whether it is to read back */
const publish = async (
  leaf: string,
  regions: readonly string[],
  options: readonly string[] = [],
  estate: Estate = 'srpc',
) => {
  const targets = regions.map((region) => `${account},${region}`).join(';');
  const command = ['publish', 'base/debian', leaf, '--targets', targets, ...options];
  const run = await world.runWith({ AMI_PUBLISHER_CONFIG: await writeConfiguration(estate) }, ...command);
  return { run, results: run.json<PrintedResults>() };
};

/** All that a tree is, by a walk that shares nothing with ours. */
const digestOf = (snapshotId: string): string => {
  const hash = createHash('sha256');
  const walk = (path: string): void => {
    const { gid, mode, mtimeNs, size, uid } = lstatSync(path, { bigint: true });
    const isDirectory = (mode & 0o170000n) === 0o040000n;
    hash.update(
      `${path.slice(root.length)} ${mode} ${uid} ${gid} ${isDirectory ? '' : `${size} ${mtimeNs}`}\n`,
    );
    if (isDirectory) for (const name of readdirSync(path).sort()) walk(join(path, name));
    else if ((mode & 0o170000n) === 0o120000n) hash.update(readlinkSync(path));
    else hash.update(readFileSync(path));
  };
  const root = join(world.sandbox.model.snapshotPath(snapshotId), 'tree');
  walk(root);
  return hash.digest('hex');
};

/** The lines that the unpacker of a region has logged of calls over SRPC. */
const srpcCalls = async (region: string): Promise<readonly string[]> => {
  const { InstanceId = '' } = (await instanceIn(region)) ?? {};
  const directory = join(world.directory, 'sandbox');
  const logs = readdirSync(directory, { recursive: true, encoding: 'utf8' }).filter(
    (path) => path.includes(InstanceId) && path.endsWith('.log'),
  );
  expect(logs).not.toEqual([]);
  const lines = logs.flatMap((path) => readFileSync(join(directory, path), 'utf8').split('\n'));
  return lines.flatMap((line) => /"method":"(\w+\.\w+)"/.exec(line)?.[1] ?? []);
};

describe('a publication to unpackers that speak SRPC', () => {
  it.each(['1', '2'])('of release %s makes the same volume as over gRPC', async (leaf) => {
    const regions = [regionOf.grpc, regionOf.srpc, regionOf.auto];
    const { results, run } = await publish(leaf, regions);
    expect(run.code, run.stderr).toBe(0);
    const digests = results.targets.map(({ snapshotId = '' }) => digestOf(snapshotId));
    expect(digests).toHaveLength(regions.length);
    expect(new Set(digests).size).toBe(1);
    expect(await srpcCalls(regionOf.srpc)).toEqual(
      expect.arrayContaining([
        'ImageUnpacker.AddDevice',
        'ImageUnpacker.AssociateStreamWithDevice',
        'ImageUnpacker.UnpackImage',
        'ImageUnpacker.PrepareForCapture',
        'Logger.Watch',
      ]),
    );
    expect(await srpcCalls(regionOf.grpc)).toEqual([]);
    expect(await srpcCalls(regionOf.auto)).toEqual([]);
    const { Tags = [] } = (await instanceIn(regionOf.srpc)) ?? {};
    expect(Tags.map(({ Key }) => Key).filter((key) => key?.includes('lock'))).toEqual([]);
  });
});

describe('a target whose unpacker is to read back what it has unpacked', () => {
  it('is published to after it has read the volume, and unpacked once more', async () => {
    const before = (await srpcCalls(regionOf.srpc)).length;
    const options = ['--ami-name', 'read-back'];
    const { results, run } = await publish('1', [regionOf.srpc], options, 'srpc, readBack: true');
    expect(run.code, run.stderr).toBe(0);
    expect(results.targets).toMatchObject([{ status: 'published' }]);
    const calls = (await srpcCalls(regionOf.srpc)).slice(before);
    const made = calls.flatMap(
      (call) => /^ImageUnpacker\.(.*(?:Unpack|Image|Capture))$/.exec(call)?.[1] ?? [],
    );
    expect(made.join(' ')).toContain('UnpackImage PrepareForUnpack UnpackImage PrepareForCapture');
  });
});

describe('a target whose unpacker is taken over, and given back', () => {
  const volumes = async () => {
    const { volumes: all } = await world.sandbox.model.inventory(accountId(), regionOf.srpc);
    return all.map(({ VolumeId }) => VolumeId).sort();
  };

  it.each([
    ['grpc', '1'],
    ['srpc', '2'],
  ] as const)('is published to over %s from the volume that it has', async (estate, leaf) => {
    const before = { volumes: await volumes(), calls: (await srpcCalls(regionOf.srpc)).length };
    const options = ['--ami-name', `over-${estate}`];
    const { results, run } = await publish(leaf, [regionOf.grpc, regionOf.srpc], options, estate);
    expect(run.code, run.stderr).toBe(0);
    const [expected, digest] = results.targets.map(({ snapshotId = '' }) => digestOf(snapshotId));
    expect(digest).toBe(expected);
    expect(await volumes()).toEqual(before.volumes);
    const calls = (await srpcCalls(regionOf.srpc)).length - before.calls;
    expect(calls > 0).toBe(estate === 'srpc');
  });
});

describe('a mixed fleet of which some unpackers do not answer', () => {
  it('publishes where it can, and says exactly what failed where', async () => {
    const options = ['--ami-name', 'mixed', '--connect-timeout', '1s'];
    const { results, run } = await publish('2', Object.values(regionOf), options);
    expect(run.code).toBe(1);
    const byRegion = Object.fromEntries(results.targets.map((target) => [target.region, target]));
    const unreachable = async (region: string, call: string) => ({
      status: 'failed',
      code: 'UNPACKER_UNREACHABLE',
      message: expect.stringMatching(
        new RegExp(
          `${account},${region}: .*${call}.*${(await instanceIn(region))?.InstanceId}.*map.*check that the address in the connector map`,
        ),
      ),
    });
    expect(byRegion).toMatchObject({
      [regionOf.grpc]: { status: 'published' },
      [regionOf.srpc]: { status: 'published' },
      [regionOf.auto]: { status: 'published' },
      [regionOf.silentGrpc]: await unreachable(regionOf.silentGrpc, 'unpacker:GetStatus'),
      [regionOf.silentSrpc]: await unreachable(regionOf.silentSrpc, 'unpacker:CONNECT'),
    });
  });
});
