// Writes dist anew: one bundle of everything that the action runs, the licences of what others wrote of it, its two entries, and the files of gRPC
// that it reads. The output depends on the sources and the lockfile alone, so that `scripts/verify` can compare it with what is committed.
import { cpSync, rmSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { thirdPartyNotices } from '../../../scripts/third-party-notices.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'dist');

/** Asked for by commands about the use of AMIs, which the action does not have. */
const neverReached = '@aws-sdk/client-auto-scaling';

rmSync(dist, { recursive: true, force: true });
const common = {
  absWorkingDir: root,
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node24',
  conditions: ['ami-publisher-source'],
  logLevel: 'warning',
  outdir: dist,
};
const { metafile } = await build({
  ...common,
  entryPoints: { 'run/action': join(root, 'src/run/action.ts') },
  external: [neverReached, 'koffi'],
  minify: true,
  legalComments: 'none',
  metafile: true,
  plugins: [thirdPartyNotices(join(dist, 'THIRD-PARTY-NOTICES.txt'))],
  // What is CommonJS still asks for Node's own modules by `require`.
  banner: {
    js: "import { createRequire as createRequireOfModule } from 'node:module'; const require = createRequireOfModule(import.meta.url);",
  },
});
await build({
  ...common,
  entryPoints: [join(root, 'src/main.ts'), join(root, 'src/post.ts')],
  external: ['*/run/action.js'],
});

// What is left to be found at run time: a runner has nothing installed but Node.
const outside = Object.values(metafile.outputs)
  .flatMap(({ imports }) => imports)
  .filter(({ path, external }) => external && !isBuiltin(path) && path !== neverReached)
  .map(({ path }) => path);
if (outside.length > 0) throw new Error(`the bundle needs what no runner has: ${outside.join(', ')}`);

cpSync(join(root, '../protocol/proto'), join(dist, 'proto'), { recursive: true });
