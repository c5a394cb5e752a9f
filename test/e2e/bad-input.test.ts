import { readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createCertificateAuthority } from '@ami-publisher/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createWorld, type PrintedResults, type World } from '../support/world.js';

let world: World;
beforeAll(async () => {
  world = await createWorld({ accounts: 2, regions: 3 });
  await world.addImage('base/debian/1');
});
afterAll(() => world?.close());

const accountId = (name: string) => world.sandbox.accounts.find((account) => account.name === name)?.id ?? '';
const failures = (results: PrintedResults) => results.targets.filter(({ status }) => status !== 'published');

describe('what the user gives', () => {
  it.each([
    ['an unknown stream', ['publish', 'base/debain', '1'], 1, /STREAM_NOT_FOUND: .*base\/debain/],
    [
      'an unknown leaf',
      ['publish', 'base/debian', '7'],
      1,
      /IMAGE_NOT_FOUND: the stream base\/debian has no image 7; see `ami-publisher image list/,
    ],
    [
      'a malformed target list',
      ['publish', 'base/debian', '1', '--targets', 'prod'],
      2,
      /TARGET_MALFORMED: malformed target: "prod"; write account,region/,
    ],
    [
      'an unknown account',
      ['publish', 'base/debian', '1', '--targets', 'prod,*'],
      1,
      /UNKNOWN_ACCOUNT: no account is called "prod"; known: development, staging/,
    ],
    [
      'a bad duration',
      ['publish', 'base/debian', '1', '--expires-in', '1w'],
      2,
      /expected `expires-in` to be a duration such as 90s, 1h30m or 2d, got "1w"/,
    ],
    ['a bad tag', ['publish', 'base/debian', '1', '--tag', 'novalue'], 2, /expected `tag` to be key=value/],
    [
      'a bad AMI name',
      ['publish', 'base/debian', '1', '--ami-name', '{leaf}'],
      2,
      /AWS does not allow the AMI name "1"/,
    ],
    [
      'an unknown flag',
      ['publish', 'base/debian', '1', '--trgets', 'a,b'],
      2,
      /unknown option '--trgets'[\s\S]*--targets/,
    ],
    ['a missing argument', ['publish', 'base/debian'], 2, /missing required argument 'leaf'/],
    ['an unknown publication', ['resume', 'pub-1'], 1, /PUBLICATION_NOT_FOUND/],
    ['a folder that is not there', ['image', 'add', 'base/debian/2', '/nowhere'], 2, /cannot read \/nowhere/],
    ['an image name with a bad character', ['image', 'add', 'base/de bian/2', '.'], 2, /INVALID_NAME/],
    ['a query that is no JMESPath', ['image', 'list', '--query', '[['], 2, /--query "\[\["/],
    [
      'a configuration file with a wrong field',
      ['publish', 'base/debian', '1', '--config', 'CONFIG'],
      2,
      /INVALID_CONFIGURATION: .*overrides\.0\.targets/,
    ],
  ])('%s is refused with a message that says what to do', async (_what, command, code, message) => {
    const config = join(world.directory, 'config.yaml');
    writeFileSync(config, 'overrides:\n  - bestEffort: true\n');
    const run = await world.run(...command.map((word) => (word === 'CONFIG' ? config : word)));
    expect(run.stderr).toMatch(message);
    expect(run.code).toBe(code);
    expect(run.stdout).toBe('');
  });

  it('a region that is not enabled fails its own target only', async () => {
    const run = await world.run(
      'publish',
      'base/debian',
      '1',
      '--ami-name',
      'region',
      '--targets',
      'staging,eu-west-1;staging,eu-wset-1',
    );
    expect(run.code).toBe(1);
    expect(run.json<PrintedResults>().targets).toMatchObject([
      { region: 'eu-west-1', status: 'published' },
      {
        region: 'eu-wset-1',
        status: 'failed',
        code: 'REGION_NOT_ENABLED',
        message: /staging,eu-wset-1: the region eu-wset-1 does not exist.*correct the name/,
      },
    ]);
  });
});

describe('one broken account of two', () => {
  afterAll(() => world.sandbox.model.setCredentialState(accountId('staging'), 'valid'));

  it.each([
    ['expired', 'CREDENTIALS_EXPIRED', /log in again/],
    ['disabled', 'ACCESS_DENIED', /check that the keys are active/],
  ] as const)('with %s credentials leaves the other three targets published', async (state, code, remedy) => {
    world.sandbox.model.setCredentialState(accountId('staging'), state);
    const run = await world.run('publish', 'base/debian', '1', '--ami-name', `broken-${state}`);
    const results = run.json<PrintedResults>();
    expect(run.code).toBe(1);
    expect(results.ok).toBe(false);
    expect(results.targets.filter(({ status }) => status === 'published')).toHaveLength(3);
    expect(failures(results)).toMatchObject([
      { account: 'staging', status: 'failed', code, message: expect.stringMatching(remedy) },
    ]);
    expect(failures(results)[0]?.message).toContain('sts:');
  });

  it('names each of its targets when they were named', async () => {
    world.sandbox.model.setCredentialState(accountId('staging'), 'expired');
    const list = world.sandbox.regions
      .flatMap((region) => [`development,${region}`, `staging,${region}`])
      .join(';');
    const run = await world.run('publish', 'base/debian', '1', '--ami-name', 'six', '--targets', list);
    const results = run.json<PrintedResults>();
    expect(run.code).toBe(1);
    expect(results.targets).toHaveLength(6);
    expect(failures(results).map(({ account, region }) => `${account},${region}`)).toEqual(
      world.sandbox.regions.toSorted().map((region) => `staging,${region}`),
    );
    expect(
      failures(results).every(
        ({ code, message }) => code === 'CREDENTIALS_EXPIRED' && message?.includes('sts:'),
      ),
    ).toBe(true);
  });

  it('without any credentials is told apart', async () => {
    const config = join(world.directory, 'accounts.yaml');
    writeFileSync(
      config,
      'accounts:\n  development: { profile: development }\n  ghost: { profile: nowhere }\n',
    );
    const run = await world.run('publish', 'base/debian', '1', '--ami-name', 'ghost', '--config', config);
    expect(failures(run.json())).toMatchObject([
      { account: 'ghost', code: 'CREDENTIALS_MISSING', message: expect.stringContaining('nowhere') },
    ]);
  });

  it('is only a warning when it is best effort', async () => {
    const config = join(world.directory, 'best-effort.yaml');
    writeFileSync(config, "overrides:\n  - { targets: 'staging,*', bestEffort: true }\n");
    world.sandbox.model.setCredentialState(accountId('staging'), 'expired');
    const run = await world.run('publish', 'base/debian', '1', '--ami-name', 'best', '--config', config);
    expect(run.code).toBe(0);
    expect(run.stderr).toContain('warning: best-effort targets failed');
    expect(run.json<PrintedResults>()).toMatchObject({ ok: true, partial: true });
  });
});

describe('an AMI name that is taken', () => {
  it('[W58] by another image fails the target and names the AMI', async () => {
    await world.addImage('base/debian/other', { 'etc/os-release': 'another\n' });
    await world.run(
      'publish',
      'base/debian',
      '1',
      '--ami-name',
      'taken',
      '--targets',
      'development,eu-west-1',
    );
    const run = await world.run(
      'publish',
      'base/debian',
      'other',
      '--ami-name',
      'taken',
      '--targets',
      'development,eu-west-1',
    );
    expect(run.code).toBe(1);
    expect(run.json<PrintedResults>().targets).toMatchObject([
      {
        status: 'failed',
        code: 'AMI_NAME_TAKEN',
        message: /development,eu-west-1: the AMI name "taken" belongs to ami-\w+ .*choose another --ami-name/,
      },
    ]);
  });
});

describe('an unpacker', () => {
  it('[W82] that is absent fails its target, or is left out on request', async () => {
    const arguments_ = [
      'publish',
      'base/debian',
      '1',
      '--ami-name',
      'absent',
      '--instance-name',
      'Nobody',
      '--targets',
      'development,eu-west-1',
    ];
    const run = await world.run(...arguments_);
    expect(run.code).toBe(1);
    expect(run.json<PrintedResults>().targets).toMatchObject([
      {
        code: 'UNPACKER_NOT_FOUND',
        message: /development,eu-west-1: no Nobody instances found; launch an unpacker/,
      },
    ]);
    const lenient = await world.run(...arguments_, '--ignore-missing-unpackers');
    expect(lenient.code).toBe(0);
    expect(lenient.json<PrintedResults>().targets).toMatchObject([{ status: 'skipped' }]);
  });

  it('that does not answer fails its target only', async () => {
    const [unreachable = ''] = await instancesOf('development', 'us-east-1');
    world.sandbox.crashInstance(unreachable);
    const run = await world.run(
      'publish',
      'base/debian',
      '1',
      '--ami-name',
      'down',
      '--targets',
      'development,*',
      '--connect-timeout',
      '3s',
    );
    const results = run.json<PrintedResults>();
    expect(run.code).toBe(1);
    expect(failures(results)).toMatchObject([
      {
        region: 'us-east-1',
        step: 'unpacker',
        code: 'UNPACKER_UNREACHABLE',
        message: /development,us-east-1: unpacker:GetStatus: no answer from 127\./,
      },
    ]);
    expect(results.targets.filter(({ status }) => status === 'published')).toHaveLength(2);
  });
});

describe('certificates', () => {
  const publishWith = (certs: string, name: string) =>
    world.run(
      'publish',
      'base/debian',
      '1',
      '--ami-name',
      name,
      '--targets',
      'development,eu-west-1',
      '--certs',
      certs,
      '--connect-timeout',
      '3s',
    );

  it('that are not there are asked for', async () => {
    const run = await publishWith('/nowhere', 'cert-0');
    expect(run.code).toBe(1);
    expect(run.stderr).toMatch(
      /CERTIFICATE_REFUSED: cannot read the certificate authority: \/nowhere\/CA\.pem; create certificates with `ami-publisher certs create`/,
    );
  });

  it('[W72] of another authority are refused by name', async () => {
    const certs = join(world.directory, 'foreign');
    expect((await world.run('certs', 'create', certs)).code).toBe(0);
    const run = await publishWith(certs, 'cert-1');
    expect(run.code).toBe(1);
    expect(run.stderr).toMatch(/CERTIFICATE_REFUSED: imageserver:GetImage: no trusted connection/);
  });

  it('that have expired are named with their date', async () => {
    const certs = join(world.directory, 'expired');
    const from = Date.now() - 40 * 86_400_000;
    const authority = await createCertificateAuthority({ commonName: 'old', from });
    const issued = await authority.issue({ commonName: 'publisher', role: 'publisher', from, days: 30 });
    rmSync(certs, { recursive: true, force: true });
    await world.run('certs', 'create', certs);
    writeFileSync(join(certs, 'publisher.cert'), issued.cert);
    writeFileSync(join(certs, 'publisher.key'), issued.key);
    rmSync(join(certs, 'operator.cert'));
    const run = await publishWith(certs, 'cert-2');
    expect(run.stderr).toMatch(/the client certificate .*expired\/publisher\.cert expired on /);
  });

  it('of a role that may not publish are refused before any work', async () => {
    const source = world.sandbox.certificatesDirectory ?? '';
    const certs = join(world.directory, 'reader');
    const { cpSync } = await import('node:fs');
    cpSync(source, certs, {
      recursive: true,
      filter: (file) => !/publisher|operator|ingester/.test(file.slice(source.length)),
    });
    const run = await publishWith(certs, 'cert-3');
    expect(run.code).toBe(1);
    expect(run.stderr).toMatch(
      /no client certificate with role publisher or operator in .* \(found: reader \(reader\)\)/,
    );
  });
});

describe('image content', () => {
  it('[W96] that is damaged on the server never gets into an AMI', async () => {
    await world.addImage('base/damaged/1', { 'etc/secret': 'what nobody else has\n' });
    damageNewestObject(join(world.sandbox.directory, 'imageserver'));
    const run = await world.run('publish', 'base/damaged', '1', '--targets', 'development,eu-west-1');
    expect(run.code).toBe(1);
    expect(failures(run.json())).toMatchObject([
      { step: 'unpack', code: 'OBJECT_CORRUPT', message: expect.stringContaining('etc/secret') },
    ]);
    const { images } = await world.sandbox.model.inventory(accountId('development'), 'eu-west-1');
    expect(images.filter(({ Name }) => Name === 'base/damaged/1')).toEqual([]);
    const verify = await world.run('image', 'verify', 'base/damaged/1');
    expect(verify.code).toBe(1);
    expect(verify.json()).toMatchObject({
      damage: [{ kind: expect.stringMatching(/CORRUPT|WRONG_SIZE/), path: '/etc/secret' }],
    });
  });
});

const instancesOf = async (account: string, region: string): Promise<string[]> => {
  const { instances } = await world.sandbox.model.inventory(accountId(account), region);
  return instances.flatMap(({ InstanceId }) => InstanceId ?? []);
};

const damageNewestObject = (imageServer: string): void => {
  const files = readdirSync(imageServer, { recursive: true, withFileTypes: true })
    .filter((file) => file.isFile() && file.parentPath.includes('/objects/'))
    .map((file) => join(file.parentPath, file.name))
    .sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs);
  const [newest] = files;
  if (newest === undefined) throw new Error('the image server keeps no objects');
  writeFileSync(newest, 'WHAT nobody else has\n');
};
