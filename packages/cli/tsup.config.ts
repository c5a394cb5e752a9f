import { defineConfig } from 'tsup';
import { thirdPartyNotices } from '../../scripts/third-party-notices.mjs';

/**
 * The SDK, and the AWS clients that only it depends on, are bundled (they are development dependencies, which tsup bundles): to load its
 * modules one by one would take a third of the time of a short command. What the optional sandbox shares with it stays outside: the
 * errors of `base`, and `protocol`.
 */
export default defineConfig({
  entry: ['src/bin.ts'],
  format: 'esm',
  target: 'node20',
  sourcemap: true,
  // Optional dependencies, which tsup would bundle.
  external: ['@ami-publisher/orchestrator', '@ami-publisher/sandbox'],
  esbuildPlugins: [thirdPartyNotices('dist/THIRD-PARTY-NOTICES.txt')],
  // Bundled CommonJS asks for Node's own modules by `require`.
  banner: {
    js: "import { createRequire as createRequireOf } from 'node:module'; const require = createRequireOf(import.meta.url);",
  },
});
