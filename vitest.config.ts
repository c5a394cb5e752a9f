import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

/** Workspace packages resolve to their sources, so that unit and component tests need no build. */
const resolve = { conditions: ['ami-publisher-source'] };
const ssr = { resolve: { conditions: ['ami-publisher-source', 'node'] } };
const env = { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' };

/** What is waited for may take its time on a busy machine. */
const expect = { poll: { timeout: 10_000 } };

/** Files share a process and what it has loaded: otherwise half the time goes into loading the AWS clients again. */
const layer = (name: string, include: string[], testTimeout: number, more = {}) => ({
  resolve,
  ssr,
  test: { name, include, env, testTimeout, hookTimeout: testTimeout, expect, isolate: false, ...more },
});

export default defineConfig({
  test: {
    // Most files wait for daemons and clocks most of the time.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    projects: [
      layer('unit', ['packages/*/src/**/*.test.ts', 'test/architecture/**/*.test.ts'], 10_000),
      layer('component', ['packages/*/test/**/*.test.ts'], 60_000, { exclude: ['**/*.postgres.test.ts'] }),
      layer('postgres', ['packages/*/test/**/*.postgres.test.ts', 'test/postgres/**/*.test.ts'], 60_000),
      layer('e2e', ['test/e2e/**/*.test.ts'], 180_000),
      // Installed by npm once for all files.
      layer('packed', ['test/packed/**/*.test.ts'], 180_000, {
        globalSetup: 'test/packed/support/installations.ts',
      }),
      // Cases that wait for leases and for what a call cut off may still make, many side by side.
      layer('kills', ['test/kills/**/*.test.ts'], 300_000, { maxConcurrency: 16 }),
      // Clocks that run fast, so that limits are short: one file at a time.
      layer('recovery', ['test/recovery/**/*.test.ts'], 300_000, {
        maxConcurrency: 16,
        fileParallelism: false,
      }),
      // Real disks and emulated machines: one file at a time.
      layer('disks', ['test/disks/**/*.test.ts'], 600_000, { fileParallelism: false }),
      layer('browser', ['test/browser/**/*.test.ts'], 120_000),
      layer('foreign', ['test/foreign/**/*.test.ts'], 180_000),
      layer('conformance', ['test/conformance/**/*.test.ts'], 120_000),
    ],
  },
});
