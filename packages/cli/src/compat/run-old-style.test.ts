import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { isOldStyle } from './is-old-style.js';
import { runOldStyle } from './run-old-style.js';

let folder: string;
let out: string;
let told: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ami-publisher-old-style-'));
  [out, told] = ['', ''];
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    out += text;
    return true;
  });
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    told += text;
    return true;
  });
  // Neither the files of who runs the tests, nor any AWS.
  vi.stubEnv('AWS_CONFIG_FILE', join(folder, 'config'));
  vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', join(folder, 'credentials'));
});
afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

const run = (...words: string[]) =>
  runOldStyle(words, { system: join(folder, 'system'), user: join(folder) });

describe('a command line', () => {
  it.each([
    [['-targets', 'prod,*', 'list-streams']],
    [['-imageServerHostname=images', 'publish', 'a', 'b']],
    [['list-streams', '-instanceName=x']],
    [['-version']],
  ])('is of the old form: %j', async (words) => {
    expect(await isOldStyle(words, {})).toBe(true);
  });

  it.each([
    [['list-streams', '--targets=prod,*']],
    [['list-streams', '-tprod,*', '-ojson', '-q', '-h']],
    [['add', '--', '-targets']],
    [['-colour=red']],
    [[]],
  ])('is of the new form: %j', async (words) => {
    expect(await isOldStyle(words, { AMI_PUBLISHER_COMPAT: '' })).toBe(false);
  });

  it('is of the old form where the environment says so, which can say nothing else', async () => {
    expect(await isOldStyle(['list-streams'], { AMI_PUBLISHER_COMPAT: 'go' })).toBe(true);
    await expect(isOldStyle([], { AMI_PUBLISHER_COMPAT: 'yes' })).rejects.toMatchObject({
      code: 'INVALID_OPTION',
    });
  });
});

describe('the old form', () => {
  it.each([
    [[], 'no sub-command'],
    [['frobnicate'], 'no such sub-command: frobnicate'],
    [['-colour=red', 'list-streams'], 'flag provided but not defined: -colour'],
    [['-targets=prod', 'list-streams'], 'malformed target: "prod"'],
    [['publish', 'a'], 'expected: publish image-stream leaf-name (flags go before it)'],
  ])('answers %j with its usage on stderr, and exits 2', async (words, message) => {
    expect(await run(...words)).toBe(2);
    expect(told).toContain(message);
    expect(told).toContain('Usage: ami-publisher [flags...] sub-command [args...]');
    expect(out).toBe('');
  });

  it('shows its usage on stderr with -h, and exits 0', async () => {
    expect(await run('-h')).toBe(0);
    expect(told).toMatch(/^Usage: /);
    expect(told).toContain('  -targets targets\n');
    expect(told).toContain('  delete-tags tag-key results-file...\n');
  });

  it('prints its version, and exits 0', async () => {
    expect(await run('-version')).toBe(0);
    expect(out).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it('exits 1 at a fault in the flag files of the user', async () => {
    writeFileSync(join(folder, 'flags.default'), 'colour=red\n');
    expect(await run('-version')).toBe(1);
    expect(told).toBe(`error: ${join(folder, 'flags.default')}: no such flag -colour\n`);
  });

  it('only warns of a fault in those of the system', async () => {
    writeFileSync(join(folder, 'flags.default'), 'colour=red\n');
    expect(await runOldStyle(['-version'], { system: folder, user: join(folder, 'none') })).toBe(0);
    expect(told).toBe(`Warning: ${join(folder, 'flags.default')}: no such flag -colour\n`);
  });

  it('takes flags from files, which the command line overrides', async () => {
    writeFileSync(join(folder, 'flags.default'), 'targets=prod,*\ninstanceName=Other\n');
    await run('-targets=dev,*', 'prepare-unpackers');
    expect(told).toContain("ami-publisher prepare-unpackers --targets='dev,*' --instance-name=Other\n");
  });

  it('tells in one notice what the new form of the call is, and fails in its own words with 1', async () => {
    expect(await run('-targets=nobody,us-east-1', 'list-streams')).toBe(1);
    expect(told).toMatch(
      /^note: this is the old form of the call; the new one is: {2}ami-publisher list-streams --targets=nobody,us-east-1\nerror listing streams: no account is called "nobody"/,
    );
    expect(out).toBe('');
  });

  it('never works with the profile default, as which the same account often goes twice', async () => {
    writeFileSync(
      join(folder, 'credentials'),
      '[default]\naws_access_key_id = A\naws_secret_access_key = B\n',
    );
    expect(await run('list-streams')).toBe(1);
    expect(told).toContain("--skip-targets='default,*'");
    expect(told).toContain('error listing streams: the selection leaves no target');
  });

  it('[W8] takes the credentials file from its own variable, and from its flag before that', async () => {
    writeFileSync(join(folder, 'old'), '[one]\naws_access_key_id = A\naws_secret_access_key = B\n');
    writeFileSync(join(folder, 'older'), '[two]\naws_access_key_id = A\naws_secret_access_key = B\n');
    vi.stubEnv('AWS_CREDENTIAL_FILE', join(folder, 'old'));
    await run('-targets=nobody,*', 'list-streams');
    expect(told).toContain('no account is called "nobody"; known: one');
    await run(`-awsCredentialsFile=${join(folder, 'older')}`, '-targets=nobody,*', 'list-streams');
    expect(told).toContain('no account is called "nobody"; known: two');
  });

  it('refuses what is not made any more', async () => {
    expect(await run('-s3Bucket=b', 'publish', 's', 'l')).toBe(1);
    expect(told).toMatch(/error publishing image: -s3Bucket: AMIs in S3 \(instance store\) are not made/);
  });

  it('[W63] says that what is published will expire, unless somebody has said when', async () => {
    await run('-targets=nobody,*', 'publish', 's', 'l');
    expect(told).toContain('expires in 1 h');
    told = '';
    await run('-targets=nobody,*', '-expiresIn=0', 'publish', 's', 'l');
    expect(told).not.toContain('expires in');
  });
});
