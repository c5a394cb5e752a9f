import { defineConfig } from 'tsup';

export default defineConfig({
  entry: ['src/bin.ts'],
  format: 'esm',
  target: 'node20',
  sourcemap: true,
  // An optional dependency, which tsup would bundle.
  external: ['@ami-publisher/sandbox'],
});
