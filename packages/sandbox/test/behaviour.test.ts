import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const packageDirectory = fileURLToPath(new URL('..', import.meta.url));

const read = (path: string): string => readFileSync(join(packageDirectory, path), 'utf8');

/** Disks need root and tools, so their tests are a layer of their own. */
const testFiles = (['src', 'test', '../../test/disks'] as const).flatMap((folder) =>
  readdirSync(join(packageDirectory, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.test.ts'))
    .map((file) => join(folder, file)),
);

const specified = [...read('BEHAVIOUR.md').matchAll(/^\| ([A-Z]+-\d+) \|/gm)].map(([, id]) => id!);

/** A title may carry several ids: one id, one pair of brackets. */
const tested = testFiles.flatMap((file) =>
  [...read(file).matchAll(/\[([A-Z]+-\d+)\]/g)].map(([, id]) => id!),
);

test('Every rule of BEHAVIOUR.md has a test with its id, and every id in a test is a rule', () => {
  expect(specified.length).toBeGreaterThan(30);
  expect(new Set(specified).size).toBe(specified.length);
  expect([...new Set(tested)].sort()).toEqual([...specified].sort());
});
