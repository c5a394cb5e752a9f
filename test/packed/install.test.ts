import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, inject, it } from 'vitest';
import { publicPackages } from './support/public-packages.js';
import { run } from './support/shell.js';

const commandLine = inject('commandLine');
const sdk = inject('sdk');

/** The packages of ours in a folder, in order. */
const installed = (directory: string): string[] =>
  readdirSync(join(directory, 'node_modules/@ami-publisher'))
    .map((name) => `@ami-publisher/${name}`)
    .sort();

describe('npm install', () => {
  it('of the command line brings every package', () => {
    expect(installed(commandLine.directory)).toEqual(publicPackages.map(({ name }) => name).sort());
  });

  it('of the SDK brings what it is made of, and no AWS client that it can do without', () => {
    expect(installed(sdk.directory)).toEqual(
      ['base', 'core', 'image', 'protocol', 'srpc'].map((name) => `@ami-publisher/${name}`),
    );
    expect(
      readdirSync(join(sdk.directory, 'node_modules/@aws-sdk')).filter((name) => name.startsWith('client-')),
    ).toEqual(['client-ec2', 'client-sts']);
  });

  it.each([
    ['the command line', commandLine],
    ['the SDK', sdk],
  ])('of %s warns of nothing deprecated, of no engine and of no peer', async (_what, { directory, npm }) => {
    expect(npm).not.toMatch(/deprecated|EBADENGINE|ERESOLVE|peer/i);
    const { code, stderr } = await run(directory, 'npm', ['ls', '--all']);
    expect(code, stderr).toBe(0);
  });
});

describe('a tarball', () => {
  const tarballs = inject('tarballs');

  it.each(readdirSync(tarballs))('%s has a licence and a README, and nothing of the build', async (file) => {
    const { stdout } = await run(tarballs, 'tar', ['-tzf', file]);
    const files = stdout.trim().split('\n');
    expect(files).toEqual(expect.arrayContaining(['package/LICENSE', 'package/README.md']));
    expect(
      files.filter((name) => /tsbuildinfo|\.d\.ts\.map$|\.test\.|tsup\.config|\/src\//.test(name)),
    ).toEqual([]);
  });
});
