import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createWorld, type PrintedResults, type Run, type World } from '../support/world.js';

const region = 'us-east-1';
const publicKey = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAINTNJ8hwq1xNF8+80UKBGx809yvvEMB5iebdI5Tfy7cr team\n';
const weekMs = 7 * 86_400_000;

let world: World;
let accountId: string;
/** An AMI that can be launched. */
let published: string;

beforeAll(async () => {
  world = await createWorld({ accounts: 1, regions: [region], policies: {} });
  const [{ id, name } = { id: '', name: '' }] = world.sandbox.accounts;
  accountId = id;
  await world.addImage('base/unpacker/1');
  const results = await world.run('publish', 'base/unpacker', '1', '--tag', 'Preferred=true');
  published = results.json<PrintedResults>().targets[0]?.imageId ?? '';
  const folder = join(world.environment.HOME ?? '', '.config/ami-publisher');
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    join(folder, 'flags.default'),
    `# of the team\ntargets=${name},${region}\ncertDirectory=${world.sandbox.certificatesDirectory}\n`,
  );
});
afterAll(() => world?.close());

/** Gives a command line of the Go tool, which must do what it did: no question, and status 0. */
const old = async (...words: string[]): Promise<Run> => {
  const run = await world.runWith({ AMI_PUBLISHER_COMPAT: 'go' }, ...words);
  expect(run.code, run.stderr).toBe(0);
  return run;
};

const addImage = (tags: Readonly<Record<string, string>>, ageMs = 0): string => {
  const createdAt = new Date(Date.now() - ageMs);
  return world.sandbox.model.addImage({ account: accountId, region, tags, createdAt });
};
const inventory = () => world.sandbox.model.inventory(accountId, region);
const imageIds = async () => (await inventory()).images.map(({ ImageId }) => ImageId);
/** By name, the states of the instances. */
const states = async (): Promise<string[]> =>
  (await inventory()).instances
    .map(({ State, Tags }) => `${Tags?.find(({ Key }) => Key === 'Name')?.Value} ${State?.Name}`)
    .sort();

const instance = {
  AccountName: 'development',
  Region: region,
  InstanceId: expect.stringMatching(/^i-/),
  PrivateIp: expect.stringMatching(/^127\./),
};

describe('old command lines about instances', () => {
  it('[import-key-pair] [launch-instances] import a key and launch an unpacker with it, and print it as the Go tool did', async () => {
    const file = join(world.directory, 'team.pub');
    writeFileSync(file, publicKey);
    expect((await old('import-key-pair', 'team', file)).stdout).toBe('');
    const flags = [
      '-instanceName=Second',
      '-instanceType',
      't3.large',
      '-sshKeyName=team',
      '-tags=team=images',
    ];
    const launched = await old(...flags, 'launch-instances', 'base/unpacker');
    expect(launched.json()).toEqual([instance]);
    const { instances } = await inventory();
    expect(instances.at(-1)).toMatchObject({ InstanceType: 't3.large', KeyName: 'team' });
    expect(await states()).toEqual(['ImageUnpacker running', 'Second running']);
  });

  it('[stop-idle-unpackers] [start-instances] stop what is idle and start it again', async () => {
    const stopped = await old('-instanceName=Second', '-maxIdleTime=0s', 'stop-idle-unpackers');
    expect(stopped.stdout).toBe('');
    expect(await states()).toContain('Second stopped');
    expect((await old('-instanceName=Second', 'start-instances')).json()).toEqual([instance]);
    expect(await states()).toContain('Second running');
  });

  it('[launch-instances-for-images] [terminate-instances] launch what results files name, and terminate it', async () => {
    const file = join(world.directory, 'results.json');
    const entry = { AccountName: 'development', Region: region, AmiId: published };
    writeFileSync(file, `! of the nightly build\n${JSON.stringify([entry])}\n`);
    const launched = await old('-instanceName=Smoke', '-expiresIn=2h', 'launch-instances-for-images', file);
    expect(launched.json()).toEqual([instance]);
    const { instances } = await inventory();
    expect(instances.at(-1)?.Tags?.map(({ Key }) => Key)).toContain('ExpiresAt');
    expect((await old('-instanceName', 'Smoke', 'terminate-instances')).stdout).toBe('');
    expect(await states()).toContain('Smoke terminated');
  });
});

describe('old command lines about AMIs', () => {
  it('[expire] deletes what is due', async () => {
    const due = addImage({ ExpiresAt: '2020-01-01 00:00:00' });
    expect((await old('expire')).stdout).toBe('');
    expect(await imageIds()).not.toContain(due);
  });

  it('[list-unused-images] [delete-unused-images] tells and deletes what nothing uses', async () => {
    const used = addImage({ Round: 'two' }, weekMs);
    await world.sandbox.model.addInstance({ account: accountId, region, name: 'web', imageId: used });
    const unused = addImage({ Round: 'two' }, weekMs);
    const csv = join(world.directory, 'instances.csv');
    const search = '-searchTags=Round=two';
    const listed = await old(search, `-oldImageInstancesCsvFile=${csv}`, 'list-unused-images');
    const launchTime = /^\d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d UTC$/;
    expect(listed.json()).toMatchObject({
      UnusedImages: [{ AmiId: unused }],
      OldInstances: [{ AmiId: used, LaunchTime: expect.stringMatching(launchTime) }],
    });
    const [, row = ''] = readFileSync(csv, 'utf8').split('\n');
    expect(row.split(',')[4]).toMatch(launchTime);

    const deleted = await old(search, 'delete-unused-images');
    expect(deleted.json()).toMatchObject({ UnusedImages: [{ AmiId: unused }] });
    expect(await imageIds()).toContain(used);
    expect(await imageIds()).not.toContain(unused);
  });
});
