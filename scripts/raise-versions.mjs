// Gives the version that `changeset version` has written into the packages, which are released together, to the code that says it, and to the
// workflows that install it.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { globSync } from 'tinyglobby';

const root = new URL('..', import.meta.url).pathname;
const { version } = JSON.parse(readFileSync(join(root, 'packages/core/package.json'), 'utf8'));
/** What stands before the version, by where that is. */
const places = [
  ['packages/*/src/version.ts', /(?<=version = ')[^']+/],
  ['examples/workflows/*.yml', /(?<=@ami-publisher\/cli@)[\w.-]+/g],
];
for (const [files, written] of places)
  for (const file of globSync(files, { cwd: root, absolute: true }))
    writeFileSync(file, readFileSync(file, 'utf8').replace(written, version));
