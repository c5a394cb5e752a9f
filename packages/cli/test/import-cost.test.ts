import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';

const bin = fileURLToPath(new URL('../bin/ami-publisher.js', import.meta.url));
const built = fileURLToPath(new URL('../dist/bin.js', import.meta.url));

const preload = new URL('./support/log-modules.mjs', import.meta.url).href;

const modulesOf = (words: readonly string[], environment: NodeJS.ProcessEnv = {}): string[] => {
  const { stderr, status } = spawnSync(process.execPath, ['--import', preload, bin, ...words], {
    encoding: 'utf8',
    env: { ...process.env, ...environment },
  });
  expect(status, stderr).toBe(0);
  return stderr.split('\n').flatMap((line) => /^loaded (?!node:|data:)(.*)/.exec(line)?.[1] ?? []);
};

/** Packages of modules below `node_modules`, our own by their folder. */
const packagesOf = (modules: readonly string[]): string[] => {
  const names = modules.map((module) => {
    const installed = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(module)?.[1];
    return installed ?? /\/packages\/([^/]+)\//.exec(module)?.[1] ?? module;
  });
  return [...new Set(names)].sort();
};

/** The SDK and what it depends on are in files of the command line, so that their size tells whether they are loaded. */
const bytesOf = (modules: readonly string[]): number =>
  modules
    .filter((module) => module.includes('/packages/cli/dist/'))
    .reduce((sum, module) => sum + statSync(fileURLToPath(module)).size, 0);
const withoutSdk = 200_000;

describe('the command line', () => {
  beforeAll(() => {
    if (!existsSync(built)) throw new Error('build first: pnpm build:js');
  });

  it.each([[['--help']], [['publish', '--help']], [['--version']]])(
    'loads nothing but itself and its parser for %j',
    (words) => {
      const modules = modulesOf(words);
      expect(packagesOf(modules)).toEqual(['cli', 'commander']);
      expect(bytesOf(modules)).toBeLessThan(withoutSdk);
    },
  );

  it('leaves the old form of the command line alone where a call is of the new one', () => {
    const loaded = (environment: NodeJS.ProcessEnv, ...words: string[]) =>
      modulesOf(words, environment).some((module) => module.includes('old-style-'));
    expect(loaded({}, '--help')).toBe(false);
    expect(loaded({ AMI_PUBLISHER_COMPAT: 'go' }, '-h')).toBe(true);
  });

  it('loads what is about lifecycles no sooner than it is wanted, and never AWS for help about it', () => {
    const parts = (...words: string[]) =>
      modulesOf(words).flatMap(
        (module) => /\/(batch|changes|look|run|verdicts)-\w+\.js/.exec(module)?.[1] ?? [],
      );
    expect(parts('--help')).toEqual([]);
    expect(parts('lifecycle', 'create', '--help')).toEqual([]);
    expect(parts('lifecycle', '--mode', 'BATCH', '--help')).toEqual(['run']);
    const modules = modulesOf(['lifecycle', '--mode', 'BATCH', '--help']);
    expect(packagesOf(modules).filter((name) => /aws-sdk|smithy|yaml/.test(name))).toEqual([]);
    expect(bytesOf(modules)).toBeLessThan(withoutSdk);
  });

  it('would be found out: a command that works loads more', () => {
    expect(packagesOf(modulesOf(['explain']))).toEqual(['cli', 'commander', 'picocolors']);
    expect(bytesOf(modulesOf(['schema']))).toBeGreaterThan(withoutSdk);
  });

  it('has in it what it calls, and not all calls of EC2, the languages of zod and the server side of gRPC', () => {
    const dist = fileURLToPath(new URL('../dist/', import.meta.url));
    const files = readdirSync(dist).filter((file) => file.endsWith('.js'));
    const code = files.map((file) => readFileSync(join(dist, file), 'utf8')).join('');
    for (const used of ['DescribeImages', 'zod/v4/core', '@grpc/grpc-js'])
      expect(code.includes(used), used).toBe(true);
    for (const unused of ['DescribeNatGateways', 'zod/v4/locales/de', '@grpc/reflection'])
      expect(code.includes(unused), unused).toBe(false);
  });
});
