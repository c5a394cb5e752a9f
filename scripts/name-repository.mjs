// Writes the repository into every public package before it is published: npm compares it with the one that the provenance names.
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { globSync } from 'tinyglobby';

const root = new URL('..', import.meta.url).pathname;
const { GITHUB_SERVER_URL, GITHUB_REPOSITORY } = process.env;
if (!GITHUB_SERVER_URL || !GITHUB_REPOSITORY) {
  console.error(
    'expected GITHUB_SERVER_URL and GITHUB_REPOSITORY, as a workflow has them: packages are released by .github/workflows/release.yml',
  );
  process.exit(1);
}
for (const file of globSync('packages/*/package.json', { cwd: root })) {
  const manifest = JSON.parse(readFileSync(join(root, file), 'utf8'));
  const url = `git+${GITHUB_SERVER_URL}/${GITHUB_REPOSITORY}.git`;
  const named = { ...manifest, repository: { type: 'git', url, directory: dirname(file) } };
  writeFileSync(join(root, file), `${JSON.stringify(named, undefined, 2)}\n`);
}
