// Writes docs/cli.md anew from the definitions of commands, options, codes and the configuration file, docs/iam.md from the policies, and
// docs/settings from the daemons' settings and the action's inputs, of which it also writes action.yml, and the lists and charts of
// docs/concepts.md. The unit tests that compare them do the writing, so that both see the same sources.
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
    'packages/github-action/src/docs',
    'packages/imageserver/src/settings.test.ts',
    'packages/unpacker/src/settings.test.ts',
    'packages/orchestrator/src/settings.test.ts',
    'packages/orchestrator/src/http/openapi.test.ts',
    'test/architecture/conformance.test.ts',
    'test/architecture/concepts.test.ts',
    'test/architecture/srpc-conformance.test.ts',
    'test/architecture/weaknesses.test.ts',
    '--update',
  ],
  { cwd: root, stdio: 'inherit' },
);
process.exitCode = status ?? 1;
