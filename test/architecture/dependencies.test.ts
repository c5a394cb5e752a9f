import { readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { globSync } from 'tinyglobby';
import { describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../..');

/** Which of our packages each package's code may import. The rule is explained in docs/architecture.md. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  base: [],
  protocol: ['base'],
  srpc: ['base'],
  daemon: ['base', 'protocol', 'srpc'],
  image: ['base', 'protocol', 'srpc'],
  core: ['base', 'protocol', 'srpc', 'image'],
  imageserver: ['base', 'protocol', 'srpc', 'daemon', 'image'],
  unpacker: ['base', 'protocol', 'srpc', 'daemon', 'image'],
  orchestrator: ['base', 'daemon', 'image', 'core'],
  sandbox: ['base', 'protocol', 'image', 'core', 'imageserver', 'unpacker'],
  cli: ['base', 'protocol', 'image', 'core', 'sandbox'],
  'github-action': ['base', 'core'],
};

const packages = globSync('packages/*/package.json', { cwd: root }).map((file) =>
  dirname(file).slice('packages/'.length),
);

interface Import {
  readonly file: string;
  readonly specifier: string;
}

const importsOf = (pattern: string): Import[] =>
  globSync(pattern, { cwd: root }).flatMap((file) => {
    const text = readFileSync(join(root, file), 'utf8');
    const found = text.matchAll(
      /(?:^|\s)(?:import|export)\s[^'"`;]*?from\s+'([^']+)'|import\(\s*'([^']+)'\s*\)|^import '([^']+)'/gm,
    );
    return [...found].map(([, from, dynamic, bare]) => ({ file, specifier: from ?? dynamic ?? bare ?? '' }));
  });

const ours = (specifier: string): string | undefined => /^@ami-publisher\/([^/]+)/.exec(specifier)?.[1];

describe('the dependency rule', () => {
  it('knows every package', () => {
    expect(packages.sort()).toEqual(Object.keys(allowed).sort());
  });

  it.each(Object.entries(allowed))('lets %s import only what is below it', (name, below) => {
    const imports = importsOf(`packages/${name}/src/**/*.ts`).filter(
      ({ file }) => !file.endsWith('.test.ts'),
    );
    expect(imports.length, 'imports found').toBeGreaterThan(name === 'base' ? 2 : 5);
    const wrong = imports.filter(({ specifier }) => {
      const other = ours(specifier);
      return other !== undefined && !below.includes(other);
    });
    expect(wrong).toEqual([]);
  });

  it.each(Object.keys(allowed))('keeps %s out of the insides of other packages', (name) => {
    const own = join('packages', name);
    const wrong = importsOf(`packages/${name}/{src,test}/**/*.ts`).filter(({ file, specifier }) => {
      if (ours(specifier) !== undefined) return specifier.split('/').length > 2;
      return specifier.startsWith('.') && relative(own, join(dirname(file), specifier)).startsWith('..');
    });
    expect(wrong.filter(({ specifier }) => !specifier.includes('/test/support/'))).toEqual([]);
  });

  it('keeps import cycles out of every package', () => {
    const files = globSync('packages/*/src/**/*.ts', { cwd: root }).filter(
      (file) => !file.endsWith('.test.ts'),
    );
    const edges = new Map<string, string[]>(files.map((file) => [file, []]));
    for (const { file, specifier } of importsOf('packages/*/src/**/*.ts')) {
      const isTypeOnly = new RegExp(`import type [^;]*'${specifier.replace(/[.*+?^$(){}|[\]\\]/g, '\\$&')}'`);
      if (!specifier.startsWith('.') || isTypeOnly.test(readFileSync(join(root, file), 'utf8'))) continue;
      edges.get(file)?.push(join(dirname(file), specifier).replace(/\.js$/, '.ts'));
    }
    expect(findCycle(edges)).toBeUndefined();
  });
});

describe('the version', () => {
  it('is the same in every package and wherever code says it', () => {
    const stated = [
      ...packages.map((name) => readFileSync(join(root, 'packages', name, 'package.json'), 'utf8')),
      ...globSync('packages/*/src/version.ts', { cwd: root }).map((file) =>
        readFileSync(join(root, file), 'utf8'),
      ),
    ].flatMap((text) => /"version": "([^"]+)"|version = '([^']+)'/.exec(text)?.slice(1).find(Boolean) ?? []);
    expect(new Set(stated).size).toBe(1);
  });
});

describe('core', () => {
  const text = globSync('packages/core/src/**/*.ts', { cwd: root })
    .filter((file) => !file.endsWith('.test.ts') && !file.endsWith('/defaults.ts'))
    .map((file) => ({ file, text: withoutComments(readFileSync(join(root, file), 'utf8')) }));

  it.each([
    ['print', /console\.|process\.std(out|err)/],
    ['exit', /process\.exit/],
    ['read the command line', /process\.argv/],
    ['read the environment outside of defaults.ts', /process\.env/],
  ])('does not %s', (_what, pattern) => {
    expect(text.filter((one) => pattern.test(one.text)).map(({ file }) => file)).toEqual([]);
  });

  it('loads no AWS client before one is needed', () => {
    const eager = importsOf('packages/core/src/**/*.ts').filter(({ file, specifier }) => {
      if (!specifier.startsWith('@aws-sdk/')) return false;
      return new RegExp(`^import (?!type)[^;]*'${specifier}'`, 'm').test(
        readFileSync(join(root, file), 'utf8'),
      );
    });
    expect(eager).toEqual([]);
  });
});

const findCycle = (edges: ReadonlyMap<string, readonly string[]>): string[] | undefined => {
  const done = new Set<string>();
  const visit = (file: string, path: readonly string[]): string[] | undefined => {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file];
    if (done.has(file)) return undefined;
    for (const next of edges.get(file) ?? []) {
      const cycle = visit(next, [...path, file]);
      if (cycle !== undefined) return cycle;
    }
    done.add(file);
    return undefined;
  };
  for (const file of edges.keys()) {
    const cycle = visit(file, []);
    if (cycle !== undefined) return cycle;
  }
  return undefined;
};

function withoutComments(text: string): string {
  return text.replace(/^\s*(\*|\/\*\*|\/\/).*$/gm, '');
}
