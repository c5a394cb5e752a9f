import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { globSync } from 'tinyglobby';
import { describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../..');

const patterns = [
  'packages/image/{src,test}/**/*.ts',
  'packages/unpacker/src/**/*.ts',
  '!packages/unpacker/src/**/*.test.ts',
];

/**
 * Node's `realpathSync`, by which `require` finds packages behind pnpm's links, looks into the buffer that the last synchronous `stat`
 * without `bigint` left: after one of a FIFO or socket it leaves links unresolved, and `require` takes another version of a package.
 */
describe('code that meets FIFOs and sockets in trees', () => {
  it('asks for their status with bigint', () => {
    const plain = globSync(patterns, { cwd: root }).flatMap((file) => {
      const calls = readFileSync(join(root, file), 'utf8').match(/\b[fl]?statSync\([^;]*?;/g) ?? [];
      return calls.filter((call) => !call.includes('bigint: true')).map((call) => `${file}: ${call}`);
    });
    expect(plain).toEqual([]);
  });
});
