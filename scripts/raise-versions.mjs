// Gives the version that `changeset version` has written into the packages, which are released together, to the code that says it.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { globSync } from 'tinyglobby';

const root = new URL('..', import.meta.url).pathname;
const { version } = JSON.parse(readFileSync(join(root, 'packages/core/package.json'), 'utf8'));
for (const file of globSync('packages/*/src/version.ts', { cwd: root, absolute: true })) {
  const text = readFileSync(file, 'utf8');
  writeFileSync(file, text.replace(/version = '[^']+'/, `version = '${version}'`));
}
