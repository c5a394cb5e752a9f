import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Finding } from '@ami-publisher/core';
import { createCertificateAuthority } from '@ami-publisher/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createWorld, type Run, root, type World } from '../support/world.js';

const dayMs = 86_400_000;
const bin = join(root, 'packages/cli/bin/ami-publisher.js');

let world: World;
beforeAll(async () => {
  world = await createWorld({ accounts: 2, regions: ['us-east-1'] });
  await world.addImage('base/debian/1');
});
afterAll(() => world?.close());

/** What is not in order, by check. */
const faults = (run: Run): Record<string, string> =>
  Object.fromEntries(
    run
      .json<Finding[]>()
      .filter(({ status }) => status !== 'ok')
      .map(({ status, check }) => [check, status]),
  );

const withRemedy = (run: Run) => run.json<Finding[]>().filter(({ remedy }) => remedy !== undefined);

describe('ami-publisher doctor', () => {
  it('finds everything in order where a publication would go through', async () => {
    const run = await world.run('doctor', '--json');
    expect([run.code, faults(run)], run.stderr).toEqual([0, {}]);
    const findings = run.json<Finding[]>();
    expect(findings.find(({ check }) => check === 'credentials')).toMatchObject({
      subject: 'development',
      detail: expect.stringMatching(/^account 111111111111, as arn:aws:iam::111111111111:user\//),
    });
    expect(findings.filter(({ check }) => check === 'unpackers')).toMatchObject([
      { subject: 'development,us-east-1', detail: expect.stringMatching(/^i-\w+ answers: version \d/) },
      { subject: 'staging,us-east-1' },
    ]);
    expect(findings.filter(({ check }) => check === 'clock').map(({ subject }) => subject)).toEqual([
      'AWS',
      `image server ${world.sandbox.imageServer}`,
    ]);
    expect(findings.find(({ check }) => check === 'image server')).toMatchObject({
      detail: 'answers, and has 1 stream',
    });
  });

  it('says what to do, line by line, on a machine where nothing is configured', async () => {
    const home = join(world.directory, 'nothing');
    mkdirSync(home);
    const { code, stdout } = await world.execute(
      'env',
      ...[
        '-i',
        `HOME=${home}`,
        'AWS_EC2_METADATA_DISABLED=true',
        process.execPath,
        bin,
        'doctor',
        '-o',
        'text',
      ],
    );
    expect(code).toBe(1);
    const lines = stdout.trimEnd().split('\n');
    expect(lines.map((line) => line.split('\t').slice(0, 2).join(' '))).toEqual([
      'ok configuration',
      'failure credentials',
      'failure certificates',
      'skipped image server',
      'skipped unpackers',
      'skipped quotas',
      'ok journal',
    ]);
    expect(lines[1]).toMatch(
      /Could not load credentials.*; configure a profile of AWS \(`aws configure sso`/,
    );
    expect(lines[2]).toMatch(
      /nothing\/\.ssl\/CA\.pem; create certificates with `ami-publisher certs create`/,
    );
  });

  it('finds a client certificate that has expired, and does not go on with it', async () => {
    const certificates = join(world.directory, 'expired');
    mkdirSync(certificates);
    const from = Date.now() - 3 * dayMs;
    const authority = await createCertificateAuthority({ commonName: 'test', from });
    const { cert, key } = await authority.issue({
      commonName: 'publisher',
      role: 'publisher',
      from,
      days: 1,
    });
    for (const [name, text] of [
      ['CA.pem', authority.cert],
      ['publisher.cert', cert],
      ['publisher.key', key],
    ] as const)
      writeFileSync(join(certificates, name), text);

    const run = await world.run('doctor', '--json', '--certs', certificates);

    expect([run.code, faults(run)]).toEqual([
      1,
      { certificates: 'failure', 'image server': 'skipped', unpackers: 'skipped' },
    ]);
    expect(withRemedy(run)).toContainEqual(
      expect.objectContaining({
        subject: join(certificates, 'publisher.cert'),
        detail: expect.stringMatching(/^expired on \d{4}-\d\d-\d\d, 2 days ago$/),
      }),
    );
  });

  it('finds an account that denies us, and says so of that account alone', async () => {
    const rule = { kind: 'deny', action: 'DescribeRegions', account: '222222222222' } as const;
    const { faults: model } = world.sandbox.model;
    const id = model.add(rule);
    const run = await world.run('doctor', '--json');
    model.remove(id);
    expect([run.code, faults(run)]).toEqual([1, { credentials: 'failure' }]);
    expect(withRemedy(run)).toMatchObject([
      { subject: 'staging', code: 'ACCESS_DENIED', remedy: expect.stringContaining('docs/iam.md') },
    ]);
  });

  it('finds a quota that is used up, and one that it may not ask for', async () => {
    const place = { accountId: '111111111111', region: 'us-east-1' };
    const { faults: model } = world.sandbox.model;
    const rule = { kind: 'deny', action: 'GetServiceQuota', account: '222222222222' } as const;
    world.sandbox.model.services(place).appliedQuotas.set('L-7A658B76', 0.001);
    const id = model.add(rule);
    const run = await world.run('doctor', '--json');
    model.remove(id);
    world.sandbox.model.services(place).appliedQuotas.clear();
    expect(run.code).toBe(1);
    expect(run.json<Finding[]>().filter(({ check }) => check === 'quotas')).toMatchObject([
      {
        subject: 'development,us-east-1',
        status: 'ok',
        detail: '0 of 50,000 AMIs, 0 of 100,000 snapshots',
      },
      {
        subject: 'development,us-east-1',
        status: 'failure',
        code: 'AWS_QUOTA_EXCEEDED',
        detail: expect.stringMatching(/ of 0 TiB of gp3 volumes are used$/),
        remedy: expect.stringContaining('--service-code ebs --quota-code L-7A658B76'),
      },
      {
        subject: 'staging,us-east-1',
        status: 'warning',
        detail: expect.stringContaining('not authorized to perform: servicequotas:GetServiceQuota'),
        remedy: 'allow servicequotas:GetServiceQuota (docs/iam.md), or do without this check',
      },
    ]);
  });

  it('finds a target without unpacker', async () => {
    const run = await world.run('doctor', '--json', '--instance-name', 'Nobody');
    expect([run.code, faults(run)]).toEqual([1, { unpackers: 'failure' }]);
    expect(withRemedy(run)).toMatchObject([
      { subject: 'development,us-east-1', code: 'UNPACKER_NOT_FOUND', detail: 'no Nobody instances found' },
      { subject: 'staging,us-east-1' },
    ]);
  });

  it('finds that the image server is down, or of another authority', async () => {
    const down = await world.run('doctor', '--json', '--image-server', 'localhost:1');
    expect([down.code, faults(down)]).toEqual([1, { 'image server': 'failure' }]);
    expect(withRemedy(down)).toMatchObject([{ code: 'IMAGE_SERVER_UNREACHABLE' }]);

    const foreign = join(world.directory, 'foreign');
    expect((await world.run('certs', 'create', foreign)).code).toBe(0);
    const refused = await world.run('doctor', '--json', '--certs', foreign);
    expect(withRemedy(refused)).toContainEqual(
      expect.objectContaining({ check: 'image server', code: 'CERTIFICATE_REFUSED' }),
    );
  });

  it('looks at nothing else where the configuration does not fit', async () => {
    const config = join(world.directory, 'bad.yaml');
    writeFileSync(config, 'acounts: {}\n');
    const run = await world.run('doctor', '--json', '--config', config);
    expect(run.code).toBe(1);
    expect(run.json()).toMatchObject([{ check: 'configuration', status: 'failure', subject: config }]);
  });

  it('finds a region that is not enabled, a missing plugin, and journals that cannot be written', async () => {
    const config = join(world.directory, 'ssm.yaml');
    writeFileSync(config, 'connector: { ssm: { plugin: /nowhere/session-manager-plugin } }\n');
    const file = join(world.directory, 'a-file');
    writeFileSync(file, '');
    const run = await world.run(
      ...['doctor', '--json', '--config', config, '--journal', join(file, 'journals')],
      ...['--targets', 'development,*;development,mars-north-1'],
    );
    expect([run.code, faults(run)]).toEqual([
      1,
      {
        regions: 'failure',
        'session manager plugin': 'failure',
        unpackers: 'failure',
        journal: 'failure',
      },
    ]);
    expect(readFileSync(file, 'utf8')).toBe('');
  });
});

describe('completion in bash', () => {
  /** What Tab offers after the words, the last of which is being typed. */
  const tab = async (words: readonly string[], environment: Record<string, string> = {}) => {
    const directory = join(world.directory, 'bin');
    mkdirSync(directory, { recursive: true });
    const link = join(directory, 'ami-publisher');
    if (!existsSync(link)) symlinkSync(bin, link);
    const script = `
      eval "$(ami-publisher completion bash)"
      completer=$(complete -p ami-publisher | sed 's/.*-F \\([^ ]*\\).*/\\1/')
      COMP_WORDS=(ami-publisher "$@")
      COMP_CWORD=$#
      "$completer" ami-publisher
      printf '%s\\n' "\${COMPREPLY[@]}"`;
    const paths = `${directory}:${world.environment.PATH}`;
    const extra = { PATH: paths, XDG_CACHE_HOME: join(world.directory, 'cache'), ...environment };
    const { stdout, stderr } = await world.executeWith(extra, 'bash', '-c', script, 'bash', ...words);
    expect(stderr).toBe('');
    return stdout.split('\n').filter((line) => line !== '');
  };

  it('offers commands and options, and evaluates nothing that was typed', async () => {
    expect(await tab(['doc'])).toEqual(['doctor']);
    const mark = join(world.directory, 'evaluated');
    expect(await tab(['publish', `$(touch ${mark})`, ''])).toEqual([]);
    expect(existsSync(mark)).toBe(false);
  });

  it('offers the targets of the configuration', async () => {
    const config = join(world.directory, 'accounts.yaml');
    writeFileSync(config, 'accounts: { prod: { profile: development } }\n');
    expect(await tab(['plan', '--config', config, '--targets', 'prod,us-east'])).toEqual([
      'prod,us-east-1',
      'prod,us-east-2',
    ]);
  });

  it("offers the image server's streams and leaves, the next time without asking it", async () => {
    expect(await tab(['publish', 'base/'])).toEqual(['base/debian']);
    expect(await tab(['publish', 'base/debian', ''])).toEqual(['1']);
    const down = { AMI_PUBLISHER_CERTIFICATES: '/nowhere' };
    expect(await tab(['publish', 'base/'], down)).toEqual(['base/debian']);
    expect(
      await tab(['publish', 'base/'], { ...down, XDG_CACHE_HOME: join(world.directory, 'other') }),
    ).toEqual([]);
  });
});
