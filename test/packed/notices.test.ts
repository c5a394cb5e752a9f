import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, inject, it } from 'vitest';
import { root } from './support/public-packages.js';

const installed = join(inject('commandLine').directory, 'node_modules/@ami-publisher');

/** Packages of others that the source maps say the bundle of a package of ours is made of. */
const bundled = (name: string): Set<string> => {
  const built = join(root, 'packages', name, 'dist');
  const maps = readdirSync(join(installed, name, 'dist')).filter((file) => file.endsWith('.js.map'));
  const sources = maps
    .flatMap(
      (file): string[] => JSON.parse(readFileSync(join(installed, name, 'dist', file), 'utf8')).sources,
    )
    // The map of a package that was bundled before names files that only its makers had.
    .filter((source) => existsSync(join(built, source)));
  return new Set(
    sources.flatMap((source) => /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(source)?.[1] ?? []),
  );
};

it.each([
  ['cli', '@aws-sdk/client-ec2'],
  ['imageserver', '@grpc/grpc-js'],
  ['unpacker', '@grpc/grpc-js'],
])('the bundle of %s has the licences of all that others wrote of it', (name, one) => {
  const notices = readFileSync(join(installed, name, 'dist/THIRD-PARTY-NOTICES.txt'), 'utf8');
  const named = new Set([...notices.matchAll(/^(\S+) \d\S* \([\w.-]+\)$/gm)].map(([, title]) => title));
  expect(bundled(name)).toContain(one);
  expect([...bundled(name)].filter((title) => !named.has(title))).toEqual([]);
  expect(notices).toMatch(/Apache License\s+Version 2\.0[\s\S]*Permission is hereby granted/);
});
