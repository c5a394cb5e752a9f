// Measures, and prints Markdown. Names of benchmarks as arguments run only those.
//   node bench/run.mjs [unpack] [first-unpack] [large] [startup] [scale] [listing] [lifecycles] [srpc] [--write] [--trees DIR] [--cpu-profile DIR]
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { firstUnpack, large } from './disks.mjs';
import { lifecycles } from './lifecycles.mjs';
import { listing } from './listing.mjs';
import { describeMachine } from './machine.mjs';
import { scale } from './scale.mjs';
import { srpc } from './srpc.mjs';
import { startup } from './startup.mjs';
import { unpack } from './unpack.mjs';

const benchmarks = { unpack, 'first-unpack': firstUnpack, large, startup, scale, listing, lifecycles, srpc };
const document = new URL('../docs/benchmarks.md', import.meta.url);

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    /** Puts the tables into docs/benchmarks.md. */
    write: { type: 'boolean', default: false },
    /** What `ami-publisher demo --keep DIR` has left; the demo runs first without. */
    trees: { type: 'string' },
    /** Where the daemons leave CPU profiles. */
    'cpu-profile': { type: 'string' },
  },
});
const unknown = positionals.find((name) => !Object.hasOwn(benchmarks, name));
if (unknown !== undefined) {
  throw new Error(`there is no benchmark ${unknown}; there are ${Object.keys(benchmarks).join(', ')}`);
}

/** Replaces what stands between the two comments that name a benchmark. */
const replaceSection = (text, name, section) => {
  const [begin, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from === -1 || to < from) throw new Error(`docs/benchmarks.md has no place for ${name}`);
  return `${text.slice(0, from + begin.length)}\n${section}\n${text.slice(to)}`;
};

const options = {
  trees: values.trees && resolve(values.trees),
  profileDirectory: values['cpu-profile'] && resolve(values['cpu-profile']),
};
for (const name of positionals.length > 0 ? positionals : Object.keys(benchmarks)) {
  const directory = await mkdtemp(join(tmpdir(), 'ami-publisher-bench-'));
  try {
    const machine = await describeMachine(directory);
    const figures = await benchmarks[name](directory, options);
    const date = new Date().toISOString().slice(0, 10);
    const section = `\`npx -y pnpm@10 bench ${name}\`, ${date}: ${machine}\n\n${figures}\n`;
    console.log(`\n## ${name}\n\n${section}`);
    if (values.write) {
      await writeFile(document, replaceSection(await readFile(document, 'utf8'), name, section));
    }
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
