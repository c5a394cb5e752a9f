import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { globSync } from 'tinyglobby';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';

const root = resolve(import.meta.dirname, '../..');

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, string | number | boolean>>;
  readonly env?: Readonly<Record<string, string>>;
}

interface Job {
  readonly uses?: string;
  readonly needs?: string;
  readonly permissions?: Readonly<Record<string, string>>;
  readonly steps?: readonly Step[];
}

interface Workflow {
  readonly permissions: Readonly<Record<string, string>>;
  readonly jobs: Readonly<Record<string, Job>>;
}

const read = (file: string): Workflow => parse(readFileSync(join(root, file), 'utf8')) as Workflow;
const files = globSync('.github/workflows/*.yml', { cwd: root, dot: true }).sort();
const jobs = files.flatMap((file) => Object.values(read(file).jobs));
const steps = jobs.flatMap((job) => job.steps ?? []);
const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  readonly scripts: Readonly<Record<string, string>>;
};
const versionOf = (file: string): string =>
  (JSON.parse(readFileSync(join(root, file), 'utf8')) as { readonly version: string }).version;

describe('the workflows', () => {
  it('are the one of CI and the one of releases', () => {
    expect(files).toEqual(
      expect.arrayContaining(['.github/workflows/ci.yml', '.github/workflows/release.yml']),
    );
  });

  it('may only read, unless a job says otherwise', () => {
    for (const file of files) expect(read(file).permissions, file).toEqual({ contents: 'read' });
  });

  it('use actions by commit, and the one of changesets by its major version', () => {
    const used = [...jobs, ...steps].flatMap(({ uses }) => uses ?? []);
    const loose = used.filter((action) => !/^\.\/|@[0-9a-f]{40}$/.test(action));
    expect(new Set(loose)).toEqual(new Set(['changesets/action@v1']));
    const own = used.filter((action) => action.startsWith('./'));
    expect(own.filter((file) => !existsSync(join(root, file)))).toEqual([]);
  });

  it('run what there is', () => {
    const commands = steps.flatMap((step) => [step.run, step.with?.version, step.with?.publish]);
    const lines = commands
      .filter((command) => typeof command === 'string')
      .flatMap((each) => each.split('\n'));
    expect(lines).toContain('pnpm release');
    const ours = lines.flatMap((line) =>
      [...line.matchAll(/\bpnpm ([\w:-]+)/g)].map(([, name = '']) => name),
    );
    expect(ours.filter((name) => name !== 'install' && !(name in scripts))).toEqual([]);
    const run = lines.flatMap((line) => [...line.matchAll(/\bbash (\S+)/g)].map(([, file = '']) => file));
    expect(run).toEqual(['.ci/run']);
    expect(run.filter((file) => !existsSync(join(root, file)))).toEqual([]);
  });

  it('publish with provenance, after CI has passed', () => {
    const { ci, release } = read('.github/workflows/release.yml').jobs;
    expect(ci?.uses).toBe('./.github/workflows/ci.yml');
    expect(release).toMatchObject({ needs: 'ci', permissions: { 'id-token': 'write' } });
    const publishing = release?.steps?.find((step) => step.with?.publish !== undefined);
    expect(publishing?.env).toMatchObject({ NPM_CONFIG_PROVENANCE: 'true' });
    expect(scripts.release).toMatch(/changeset publish$/);
  });
});

describe('the scripts of a release', () => {
  it('are files that there are', () => {
    const named = Object.values(scripts).flatMap(
      (script) => script.match(/\b(scripts|bench)\/[\w.-]+/g) ?? [],
    );
    expect(named).toContain('scripts/raise-versions.mjs');
    expect(named.filter((file) => !existsSync(join(root, file)))).toEqual([]);
  });

  it('find the version of the packages in all code that says it, and in the workflows that install it', () => {
    const code = globSync('packages/*/src/version.ts', { cwd: root });
    expect(code.length).toBeGreaterThan(1);
    const said = code.map((file) => /version = '([^']+)'/.exec(readFileSync(join(root, file), 'utf8'))?.[1]);
    const written = globSync('packages/*/package.json', { cwd: root }).map(versionOf);
    const installed = globSync('examples/workflows/*.yml', { cwd: root }).flatMap((file) =>
      [...readFileSync(join(root, file), 'utf8').matchAll(/@ami-publisher\/cli@([\w.-]+)/g)].map(
        ([, at]) => at,
      ),
    );
    expect(installed).not.toEqual([]);
    expect(new Set([...said.filter((version) => version !== undefined), ...written, ...installed]).size).toBe(
      1,
    );
  });
});
