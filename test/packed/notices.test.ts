import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, inject, it } from 'vitest';

const dist = join(inject('commandLine').directory, 'node_modules/@ami-publisher/cli/dist');

/** Packages of others that the source maps say the bundle is made of. */
const bundled = (): Set<string> => {
  const maps = readdirSync(dist).filter((file) => file.endsWith('.js.map'));
  const sources = maps.flatMap(
    (file): string[] => JSON.parse(readFileSync(join(dist, file), 'utf8')).sources,
  );
  return new Set(
    // A package's own maps may lead beside it, to `.build-data`, which is no package.
    sources.flatMap((source) => /.*\/node_modules\/((?:@[^/]+\/)?\w[^/]*)\//.exec(source)?.[1] ?? []),
  );
};

it('the bundle has the licences of all that others wrote of it', () => {
  const notices = readFileSync(join(dist, 'THIRD-PARTY-NOTICES.txt'), 'utf8');
  const named = new Set([...notices.matchAll(/^(\S+) \d\S* \([\w.-]+\)$/gm)].map(([, name]) => name));
  expect(bundled()).toContain('@aws-sdk/client-ec2');
  expect([...bundled()].filter((name) => !named.has(name))).toEqual([]);
  expect(notices).toMatch(/Apache License\s+Version 2\.0[\s\S]*Permission is hereby granted/);
});
