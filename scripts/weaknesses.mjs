// Joins the weaknesses of what ours replaces with reports of vitest (--reporter=json): which are not proven gone by a test that has passed.
// `node scripts/weaknesses.mjs REPORT...` prints them, one a line, and fails if there are any.
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

const folder = new URL('../test/architecture/weaknesses/', import.meta.url);
const checklist = new URL('../test/architecture/srpc-conformance.json', import.meta.url);

const read = (url) => JSON.parse(readFileSync(url, 'utf8')).flatMap(({ rows }) => rows);

/** Tags such as W33 of the tests that have passed. */
export const tagsPassed = (report) =>
  report.testResults.flatMap(({ assertionResults }) =>
    assertionResults
      .filter(({ status }) => status === 'passed')
      .flatMap(({ fullName }) => [...fullName.matchAll(/\[([A-Z](?:-[A-Z])?\d+)\]/g)].map(([, tag]) => tag)),
  );

/** The weaknesses that no test has proven gone, and that are neither out of place here nor still open, and lines of SRPC's checklist without proof, as sentences. */
export const unproven = (tags) => {
  const passed = new Set(tags);
  const weaknesses = ['publisher.json', 'unpacker.json', 'lifecycle.json']
    .flatMap((name) => read(new URL(name, folder)))
    .filter(({ id, notApplicable, open }) => !passed.has(id) && !notApplicable && !open)
    .map(({ id, weakness }) => `${id} is not proven gone by any test that has passed: ${weakness}`);
  const lines = read(checklist)
    .filter(({ id }) => !passed.has(id))
    .map(({ id, line }) => `${id} of SRPC is not proven by any test that has passed: ${line}`);
  return [...weaknesses, ...lines];
};

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const reports = process.argv.slice(2).map((file) => JSON.parse(readFileSync(file, 'utf8')));
  const lines = unproven(reports.flatMap(tagsPassed));
  for (const line of lines) console.log(line);
  process.exitCode = lines.length === 0 ? 0 : 1;
}
