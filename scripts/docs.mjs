// Writes docs/cli.md anew from the definitions of commands, options, codes and the configuration file, and docs/iam.md from the policies. The
// unit tests that compare them do the writing, so that both see the same sources.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const root = new URL('..', import.meta.url).pathname;
const { status } = spawnSync(
  process.execPath,
  [
    join(root, 'node_modules/vitest/vitest.mjs'),
    'run',
    '--project',
    'unit',
    'packages/cli/src/docs',
    '--update',
  ],
  { cwd: root, stdio: 'inherit' },
);
process.exitCode = status ?? 1;
