import { join } from 'node:path';
import { createVitest } from 'vitest/node';

/** Errors by which a reversion says of itself that it is no program any more: nothing is proven by them. */
const brokenCode = new Set(['ReferenceError', 'SyntaxError']);
/** A reversion may make a test wait for what never comes, ms. */
const longestMs = 30_000;

/**
 * Runs tests by file and tag in one vitest that stays, so that what has not changed is not compiled again.
 *
 * @param root folder of the repository, or of a copy
 */
export const openTaggedTests = async (root) => {
  const vitest = await createVitest('test', {
    root,
    config: join(root, 'vitest.config.ts'),
    watch: false,
    // It has to have one, and this one says nothing.
    reporters: [{}],
  });
  for (const { name, config } of vitest.projects) {
    if (name !== 'unit' && name !== 'component') continue;
    config.testTimeout = Math.min(config.testTimeout, longestMs);
    config.hookTimeout = Math.min(config.hookTimeout, longestMs);
  }

  /** Outcomes of the tests of a file whose titles have a tag; with `whole`, the others run as well. */
  const run = async ({ test: file, id, whole = false }) => {
    const isTagged = new RegExp(`\\[${id}\\]`);
    vitest.setGlobalTestNamePattern(whole ? /^/ : isTagged);
    const specifications = await vitest.globTestSpecifications([join(root, file)]);
    const { testModules } = await vitest.runTestSpecifications(specifications);
    // Those of earlier runs are still among them.
    return testModules
      .filter(({ relativeModuleId }) => relativeModuleId === file)
      .flatMap((module) => outcomesOf(module, isTagged));
  };
  const asIs = new Map();
  return {
    run,
    /** The same of a tree that is as it was, which is asked for once. */
    runAsIs: async (row) => {
      const key = `${row.test} ${row.id}`;
      if (!asIs.has(key)) asIs.set(key, await run(row));
      return asIs.get(key);
    },
    /** To be called whenever the text of sources has changed. */
    forget: (files) => {
      for (const file of files) vitest.invalidateFile(join(root, file));
    },
    close: () => vitest.close(),
  };
};

/** A file that cannot be loaded, or whose hooks fail, is an outcome as well. */
const outcomesOf = (module, isTagged) => [
  ...module.errors().map((error) => ({ title: 'the file itself', state: 'broken', error: firstLine(error) })),
  ...[...module.children.allTests()]
    .filter((test) => test.result().state !== 'skipped' && isTagged.test(test.fullName))
    .map(outcomeOf),
];

const outcomeOf = (test) => {
  const { state, errors = [] } = test.result();
  const isBroken = errors.some(({ name }) => brokenCode.has(name));
  return {
    title: test.fullName,
    state: isBroken ? 'broken' : state,
    error: errors.length === 0 ? '' : firstLine(errors[0]),
  };
};

const firstLine = ({ name, message }) => `${name}: ${message}`.split('\n')[0];
