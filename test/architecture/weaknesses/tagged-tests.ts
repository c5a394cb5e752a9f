import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { globSync } from 'tinyglobby';

export const root = resolve(import.meta.dirname, '../../..');

export interface TaggedTest {
  /** From the root of the repository. */
  readonly file: string;
  /** Without its tags. */
  readonly title: string;
}

/** A text that begins with tags, such as `[W33] [U5] deletes every snapshot`. */
const tagged = /(['"`])((?:\[[\w-]+\] ?)+)((?:(?!\1)[^\\]|\\.)*)\1/g;

/** Every test (or group of tests) whose title begins with tags, by tag. */
export const findTaggedTests = (): ReadonlyMap<string, readonly TaggedTest[]> => {
  // Suites are tests that several files run, such as one for each database.
  const patterns = ['packages/*/{src,test}/**/*.test.ts', 'packages/*/test/suite/*.ts', 'test/**/*.test.ts'];
  const files = globSync(patterns, { cwd: root }).sort();
  const tests = new Map<string, TaggedTest[]>();
  for (const file of files) {
    for (const [, , tags = '', title = ''] of readFileSync(join(root, file), 'utf8').matchAll(tagged)) {
      for (const [, tag = ''] of tags.matchAll(/\[([\w-]+)\]/g)) add(tests, tag, { file, title });
    }
  }
  return tests;
};

/** Two groups of one file may have a title in common. */
const add = (tests: Map<string, TaggedTest[]>, tag: string, test: TaggedTest): void => {
  const found = tests.get(tag) ?? [];
  if (found.some(({ file, title }) => file === test.file && title === test.title)) return;
  tests.set(tag, [...found, test]);
};
