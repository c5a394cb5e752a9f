// Takes back the fix of each weakness of what ours replaces, one after another in a copy of the working tree, and sees to it that a test whose title
// has the tag of the weakness then fails. `node scripts/reversions.mjs [W27 U5 ...]` tries those, or all; the exit status is 1 if any is not caught.
// What is taken back is in test/architecture/weaknesses/reversions; CONTRIBUTING.md says how to add to it.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { openTaggedTests } from './reversions/tagged-tests.mjs';
import { applyEdits, makeWorkingCopy } from './reversions/working-copy.mjs';

const root = new URL('..', import.meta.url).pathname;
const folder = new URL('../test/architecture/weaknesses/reversions/', import.meta.url);

/** The rows of the table that can be tried, in order. */
const chosen = (ids) => {
  const rows = readdirSync(folder)
    .sort()
    .flatMap((name) => JSON.parse(readFileSync(new URL(name, folder), 'utf8')))
    .filter(({ because }) => because === undefined);
  const unknown = ids.filter((id) => !rows.some((row) => row.id === id));
  if (unknown.length > 0)
    throw new Error(`there is no reversion of ${unknown.join(', ')} in ${folder.pathname}`);
  return rows.filter(({ id }) => ids.length === 0 || ids.includes(id));
};

/** Tests of these layers start processes of what was built; some others do, and say so. */
const needsBuild = ({ test, build }) => build === true || /^test\/(e2e|kills|recovery)\//.test(test);

const rebuild = (copy, { edits }) => {
  const packages = new Set(edits.map(({ file }) => file.split('/').slice(0, 2).join('/')));
  for (const name of packages) {
    const parameters = ['-y', 'pnpm@10', '--filter', `./${name}`, 'run', 'build:js'];
    const { status } = spawnSync('npx', parameters, { cwd: copy });
    if (status !== 0) throw new Error(`${name} cannot be built`);
  }
};

/** What the tagged tests come to while the fix is away. */
const tryReversion = async (copy, tests, row) => {
  const changed = () => {
    tests.forget(row.edits.map(({ file }) => file));
    if (needsBuild(row)) rebuild(copy, row);
  };
  const putBack = applyEdits(copy, row.edits);
  try {
    changed();
    return await tests.run(row);
  } finally {
    putBack();
    changed();
  }
};

const isIn = (state) => (outcome) => outcome.state === state;

const verdictOf = (before, outcomes) => {
  if (before.length === 0) return 'NO TEST';
  if (!before.every(isIn('passed'))) return 'FAILS AS IT IS';
  if (outcomes.some(isIn('broken'))) return 'NO PROGRAM';
  return outcomes.some(isIn('failed')) ? 'caught' : 'NOT CAUGHT';
};

const report = ({ id, test }, verdict, outcomes, seconds) => {
  const failed = outcomes.filter(({ state }) => state !== 'passed');
  const count = `${failed.length} of ${outcomes.length}`;
  console.log(
    `${id.padEnd(4)} ${verdict.padEnd(14)} ${count.padStart(8)} ${seconds.toFixed(1).padStart(6)} s  ${test}`,
  );
  for (const { title, error } of failed) console.log(`       ${title}\n         ${error.slice(0, 160)}`);
};

const rows = chosen(process.argv.slice(2));
const copy = makeWorkingCopy(root);
const tests = await openTaggedTests(copy.root);
let caught = 0;
try {
  for (const row of rows) {
    const startedAt = Date.now();
    const before = await tests.runAsIs(row);
    const outcomes = before.every(isIn('passed')) ? await tryReversion(copy.root, tests, row) : before;
    const verdict = verdictOf(before, outcomes);
    if (verdict === 'caught') caught += 1;
    report(row, verdict, outcomes, (Date.now() - startedAt) / 1000);
  }
} finally {
  await tests.close();
  copy.remove();
}
console.log(`${caught} of ${rows.length} reversions caught`);
process.exitCode = caught === rows.length ? 0 : 1;
