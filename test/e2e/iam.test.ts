import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addFreeVolume } from '../support/free-volume.js';
import { actionsOfCommands, identities, pagePolicies } from '../support/iam-page.js';
import { createWorld, type PrintedResults, type Run, type World } from '../support/world.js';

const region = 'us-east-1';
const readerName = 'auditor';

let world: World;
let account: string;
let unpackers: string[];
/** Where the configuration has the caller's keys assume the role. */
let config: string;
/** The files of AWS for somebody who has the policy for readers. */
let asReader: Record<string, string>;

beforeAll(async () => {
  world = await createWorld({
    accounts: 1,
    regions: [region],
    policies: {
      [identities.user]: pagePolicies.caller,
      [identities.role]: pagePolicies.publisher,
      [readerName]: pagePolicies.reader,
    },
  });
  const [{ id, name, roleArn } = { id: '', name: '', roleArn: '' }] = world.sandbox.accounts;
  account = id;
  config = join(world.directory, 'config.yaml');
  writeFileSync(config, `accounts: { prod: { profile: ${name}, roleArn: '${roleArn}' } }\n`);
  const key = world.sandbox.model.keyring.addUser(id, readerName);
  const credentials = join(world.directory, 'reader');
  writeFileSync(
    credentials,
    `[${readerName}]\naws_access_key_id = ${key.accessKeyId}\naws_secret_access_key = ${key.secretAccessKey}\n`,
  );
  asReader = { AWS_SHARED_CREDENTIALS_FILE: credentials, AWS_CONFIG_FILE: '/dev/null' };
  // Which of several unpackers is to be taken depends on the volume of the stream, which has to be looked up then.
  const second = { account, region, name: 'ImageUnpacker', state: 'stopped' } as const;
  unpackers = [...world.sandbox.unpackers, await world.sandbox.addInstance(second)];
  for (const leaf of ['1', '2', '3', '4']) await world.addImage(`base/debian/${leaf}`);
});
afterAll(() => world?.close());

/** How often which action, apart from STS's, was allowed so far. */
const allowed = (): ReadonlyMap<string, number> => {
  const counts = new Map<string, number>();
  for (const { action, count } of world.sandbox.model.iam.used())
    if (!action.startsWith('sts:')) counts.set(action, (counts.get(action) ?? 0) + count);
  return counts;
};

/** By command, the actions that it has called. */
const called = new Map<string, Set<string>>();

const refusals = () =>
  world.sandbox.model.calls
    .list()
    .filter(({ error }) => /^(UnauthorizedOperation|AccessDenied)$/.test(error ?? ''));

/** Notes what a command calls while it runs. */
const noting = async (command: string, work: () => Promise<Run>): Promise<Run> => {
  const before = allowed();
  const outcome = await work();
  const all = called.get(command) ?? new Set();
  for (const [action, count] of allowed()) if (count > (before.get(action) ?? 0)) all.add(action);
  called.set(command, all);
  return outcome;
};

/** Runs a command as the configuration says. */
const run = (...command: readonly [string, ...string[]]): Promise<Run> =>
  noting(command[0], () => world.run(...command, '--config', config));

const publish = async (leaf: string, ...options: string[]): Promise<PrintedResults> => {
  const outcome = await run('publish', 'base/debian', leaf, ...options);
  expect(outcome.stderr).not.toMatch(/^error/m);
  return outcome.json<PrintedResults>();
};

/** Stops every unpacker, as somebody whom no policy binds. */
const stopUnpackers = async (): Promise<void> => {
  const { model } = world.sandbox;
  const root = { accountId: account, arn: `arn:aws:iam::${account}:root`, userId: account, isSession: false };
  await model.ec2(root, region, 'StopInstances', { InstanceIds: unpackers });
  await expect
    .poll(async () => (await model.inventory(account, region)).instances.map(({ State }) => State?.Name))
    .toEqual(unpackers.map(() => 'stopped'));
};

const volumesOfStream = async () => {
  const { volumes } = await world.sandbox.model.inventory(account, region);
  return volumes.filter(
    ({ State, Tags }) => State !== 'deleting' && Tags?.some(({ Key }) => Key === 'ami-publisher:stream'),
  );
};

describe('the policy for publishers', () => {
  const publications: string[] = [];

  it('lets stopped unpackers be prepared', async () => {
    await stopUnpackers();
    const prepared = await run('prepare-unpackers', 'base/debian');
    expect(prepared.json()).toMatchObject([{ scanned: false }]);
  });

  it('lets a release be published with tags, a deprecation date and protection', async () => {
    const results = await publish(
      '1',
      ...['--tag', 'team=base', '--expires-in', '2d', '--deprecate-in', '30d', '--deregistration-protection'],
    );
    expect(results).toMatchObject({ ok: true, targets: [{ status: 'published' }] });
    publications.push(results.publicationId);
  });

  it('lets one look around, as does the policy for readers', async () => {
    for (const command of ['list-unpackers', 'list-streams', 'doctor'] as const)
      expect((await run(command)).code).toBe(0);
    expect((await run('plan', 'base/debian', '2')).code).toBe(0);
    // While there is a stream to be told of.
    expect((await world.runWith(asReader, 'list-streams')).code).toBe(0);
  });

  it('lets a volume grow in place', async () => {
    const results = await publish('2', '--min-free', '3GiB');
    expect(results.ok).toBe(true);
    expect(await volumesOfStream()).toMatchObject([{ Size: 4 }]);
    publications.push(results.publicationId);
  });

  it('lets a volume of another key replace it, on an unpacker that has to be started', async () => {
    await stopUnpackers();
    expect((await run('plan', 'base/debian', '3')).code).toBe(0);
    const kmsKey = world.sandbox.model.addKmsKey({ accountId: account, region });
    const results = await publish('3', '--kms-key', kmsKey);
    expect(results.ok).toBe(true);
    expect(await volumesOfStream()).toMatchObject([{ KmsKeyId: kmsKey }]);
    publications.push(results.publicationId);
  });

  const rollBack = async (publicationId = ''): Promise<void> => {
    const report = await run('rollback', publicationId, '--force');
    expect(report.json()).toMatchObject({ ok: true });
  };

  it('lets a publication be rolled back with its volume, on an unpacker that has to be started', async () => {
    await stopUnpackers();
    await rollBack(publications.pop());
    expect(await volumesOfStream()).toEqual([]);
  });

  it('lets a publication be resumed', async () => {
    const cut = await noting('publish', () =>
      world.interrupt(/target\n/, 'publish', 'base/debian', '4', '--config', config),
    );
    const { publicationId } = cut.json<PrintedResults>();
    expect((await run('resume', publicationId)).json()).toMatchObject({ ok: true });
    publications.push(publicationId);
  });

  it('lets all of it be rolled back', async () => {
    for (const publicationId of publications.splice(0).toReversed()) await rollBack(publicationId);
    const { images, snapshots } = await world.sandbox.model.inventory(account, region);
    expect([images, snapshots, await volumesOfStream()]).toEqual([[], [], []]);
  });

  it('lets a stream take a volume that was free', async () => {
    const volume = await addFreeVolume(world, account, region);
    const { publicationId } = await publish('1');
    expect(await volumesOfStream()).toMatchObject([
      { Tags: expect.arrayContaining([{ Key: 'ami-publisher:stream', Value: 'base/debian' }]) },
    ]);
    await rollBack(publicationId);
    await volume.remove();
  });

  it('denied nothing of this, and has no entry that was not needed', () => {
    expect(refusals()).toEqual([]);
    expect(world.sandbox.model.iam.unused().filter(({ policy }) => policy !== readerName)).toEqual([]);
  });
});

describe('the table of commands and actions', () => {
  it('has every action that a command called', () => {
    expect([...called.keys()].sort()).toEqual([...actionsOfCommands.keys()].sort());
    for (const [command, actions] of called)
      expect([...(actionsOfCommands.get(command) ?? [])], command).toEqual(
        expect.arrayContaining([...actions]),
      );
  });

  it.each(['plan', 'rollback', 'prepare-unpackers', 'list-unpackers', 'list-streams', 'doctor'])(
    'has no action that %s did not call',
    (command) => {
      expect([...(called.get(command) ?? [])].sort()).toEqual(
        [...(actionsOfCommands.get(command) ?? [])].sort(),
      );
    },
  );

  it.each(['status', 'publications', 'image'])('rightly leaves out %s', async (command) => {
    const calls = world.sandbox.model.calls.list().length;
    const [latest] = (await world.run('publications')).json<{ publicationId: string }[]>();
    const operands =
      { status: [latest?.publicationId ?? ''], publications: [], image: ['list'] }[command] ?? [];
    expect((await world.run(command, ...operands)).code).toBe(0);
    expect(world.sandbox.model.calls.list()).toHaveLength(calls);
  });
});

describe('the policy for readers', () => {
  it('lets one plan and list, and needs every entry for it', async () => {
    for (const command of [
      ['plan', 'base/debian', '1'],
      ['list-unpackers'],
      ['list-streams'],
      ['doctor'],
    ] as const) {
      const { code, stderr } = await world.runWith(asReader, ...command);
      expect(code, stderr).toBe(0);
    }
    expect(world.sandbox.model.iam.unused()).toEqual([]);
  });

  it('fails a publication before anything is made, and names the action and this page', async () => {
    const outcome = await world.runWith(asReader, 'publish', 'base/debian', '1');
    expect(outcome.code).toBe(1);
    expect(outcome.json<PrintedResults>().targets).toMatchObject([
      {
        status: 'failed',
        step: 'volume',
        code: 'ACCESS_DENIED',
        message: expect.stringMatching(
          /^auditor,us-east-1: ec2:CreateVolume: .*user\/auditor is not authorized to perform: ec2:CreateVolume on resource: arn:aws:ec2:us-east-1:111111111111:volume\/\* .*docs\/iam\.md/,
        ),
      },
    ]);
    expect(await volumesOfStream()).toEqual([]);
  });
});

describe('the policy for the caller', () => {
  it('lets it assume no other role, and says which it tried', async () => {
    const { arn } = world.sandbox.model.keyring.addRole(account, 'somebody-else', [account]);
    const other = join(world.directory, 'other.yaml');
    writeFileSync(other, `accounts: { prod: { profile: development, roleArn: '${arn}' } }\n`);
    const outcome = await world.runWith({ AMI_PUBLISHER_CONFIG: other }, 'list-streams');
    expect(outcome.code).toBe(1);
    expect(outcome.stdout).toMatch(
      /prod,\*: .*not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::111111111111:role\/somebody-else .*docs\/iam\.md/,
    );
  });
});
