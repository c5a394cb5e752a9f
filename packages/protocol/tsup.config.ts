import { defineConfig } from 'tsup';

/** One file for each module, so that a bundler leaves the server out of a tool that only calls. */
export default defineConfig({
  entry: ['src/**/*.ts', '!src/**/*.test.ts', '!src/generated/**'],
  bundle: false,
  format: 'esm',
  target: 'node20',
  sourcemap: true,
});
