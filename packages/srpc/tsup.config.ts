import { defineConfig } from 'tsup';

/** One file for each module, so that a bundler leaves out of a tool what the tool does not use. */
export default defineConfig({
  entry: ['src/**/*.ts', '!src/**/*.test.ts'],
  bundle: false,
  format: 'esm',
  target: 'node20',
  sourcemap: true,
});
