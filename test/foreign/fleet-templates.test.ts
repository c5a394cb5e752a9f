import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
const directory = mkdtempSync(join(tmpdir(), 'ami-publisher-templates-'));
afterAll(() => rmSync(directory, { recursive: true }));

const bin = join(root, 'packages/cli/bin/ami-publisher.js');
const combinations: Readonly<Record<string, readonly string[]>> = {
  private: [],
  public: ['--connector', 'public', '--exports', 's3://exports-of-images/debian'],
  ssm: ['--connector', 'ssm', '--instance-name', 'Copier 2'],
};

const template = (name: string, ...options: string[]): string => {
  const file = join(directory, `${name}.yaml`);
  const { status, stderr } = spawnSync(
    process.execPath,
    [bin, 'fleet', 'template', '--output', file, ...options],
    { encoding: 'utf8' },
  );
  expect(status, stderr).toBe(0);
  return file;
};

/** Regions of all partitions that have every resource. */
const regions = ['us-east-1', 'cn-north-1', 'us-gov-west-1'];
const lint = (...files: string[]): SpawnSyncReturns<string> =>
  spawnSync(
    join(root, '.venv/bin/cfn-lint'),
    ['--format', 'parseable', '--regions', ...regions, '--', ...files],
    {
      encoding: 'utf8',
    },
  );

describe('templates of a fleet for CloudFormation', () => {
  it('have no faults that cfn-lint finds, with any options, while one that is broken has', () => {
    const files = Object.entries(combinations).map(([name, options]) => template(name, ...options));
    const broken = template('broken');
    writeFileSync(broken, readFileSync(broken, 'utf8').replace('HttpTokens:', 'HttpToken:'));

    const { stdout, stderr } = lint(...files, broken);

    const faulty = [...stdout.matchAll(/^(\S+?\.yaml):\d+/gm)].map(([, file]) => file);
    expect([...new Set(faulty)], stdout + stderr).toEqual([broken]);
    expect(stdout).toMatch(/HttpToken/);
  });
});
