import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryDirectory } from '../test/support/temporary-directory.js';
import { readingAhead } from './read-ahead.js';

describe('reading ahead', () => {
  it('yields every item once and in order, and names each file once', () => {
    const root = temporaryDirectory();
    const names = Array.from({ length: 100 }, (_, index) => `${index}`);
    for (const name of names) writeFileSync(join(root, name), name);
    const named: string[] = [];
    const pathOf = (name: string) => {
      named.push(name);
      return join(root, name);
    };

    const seen: string[] = [];
    for (const name of readingAhead(names, pathOf)) {
      seen.push(name);
      // Not all at once: what is fetched too early is gone again when its turn comes.
      expect(named.length).toBeLessThan(seen.length + 20);
    }

    expect(seen).toEqual(names);
    expect(named).toEqual(names.slice(1));
  });

  it('leaves what cannot be opened to whoever reads it', () => {
    const root = temporaryDirectory();
    mkdirSync(join(root, 'directory'));
    const paths = ['first', 'missing', 'directory'].map((name) => join(root, name));

    expect([...readingAhead(paths, (path) => path)]).toEqual(paths);
  });
});
