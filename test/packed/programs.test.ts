import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, inject, it } from 'vitest';
import { programs, publicPackages } from './support/public-packages.js';
import { run } from './support/shell.js';

const { directory } = inject('commandLine');
const [{ version } = { version: '' }] = publicPackages;

const program = (name: string, ...parameters: string[]) =>
  run(directory, join(directory, 'node_modules/.bin', name), parameters);

describe('an installed program', () => {
  it.each(programs)('%s says its version', async (name) => {
    expect(await program(name, '--version')).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
  });

  it.each(programs)('%s shows its help', async (name) => {
    const { code, stdout } = await program(name, '--help');
    expect(stdout).toMatch(new RegExp(`^Usage: ${name} \\[options\\]`));
    expect(code).toBe(0);
  });

  it('shows the whole thing: the demo publishes to six targets, and verifies all twelve AMIs', async () => {
    const temporary = join(directory, 'temporary');
    mkdirSync(temporary);
    const bin = join(directory, 'node_modules/.bin/ami-publisher');
    const { code, stdout, stderr } = await run(directory, bin, ['demo'], { TMPDIR: temporary });
    expect(stdout.trimEnd().split('\n').at(-1), stderr).toBe('verified 12 of 12 AMIs');
    expect(code).toBe(0);
    expect(readdirSync(temporary)).toEqual([]);
  });
});
