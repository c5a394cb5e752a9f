import { pathToFileURL } from 'node:url';
import { milliseconds, run, summarise, table, timed } from './measure.mjs';
import { programs } from './programs.mjs';

const rounds = 15;

/** A program for `node -e` that prints how long it takes to load a module and run what it does, milliseconds. */
const loading = (url, ...args) => `
  process.argv.splice(1, 9, 'x', ...${JSON.stringify(args)});
  process.stdout.write = () => true;
  const startedAt = performance.now();
  import(${JSON.stringify(url)}).then(() => console.error(performance.now() - startedAt));
`;

const timeLoading = async (program) => {
  const stderr = await run('sh', ['-c', 'exec "$0" -e "$1" 2>&1', process.execPath, program]);
  return Number(stderr);
};

/** Daemons: the program, whose modules are one file, and the package's library, which loads the same modules one by one. */
const daemons = [
  { name: 'image-unpacker', program: programs.unpacker, library: '@ami-publisher/unpacker' },
  { name: 'imageserver', program: programs.imageServer, library: '@ami-publisher/imageserver' },
];

/** The section on starting: `ami-publisher --help` over a Node that does nothing, and daemons over their modules. */
export const startup = async () => {
  const help = [];
  const empty = [];
  const inside = [];
  const starts = daemons.map((daemon) => ({ ...daemon, whole: [], apart: [] }));
  for (let round = 0; round < rounds; round++) {
    empty.push(await timed(() => run(process.execPath, ['-e', '0'])));
    help.push(await timed(() => run(process.execPath, [programs.publisher, '--help'])));
    inside.push(await timeLoading(loading(pathToFileURL(programs.publisher).href, '--help')));
    for (const { program, library, whole, apart } of starts) {
      const load = `import(${JSON.stringify(import.meta.resolve(library))})`;
      whole.push(await timed(() => run(process.execPath, [program, '--version'])));
      apart.push(await timed(() => run(process.execPath, ['-e', load])));
    }
  }
  const over = summarise(help).median - summarise(empty).median;
  return table(
    ['what', 'median (range)'],
    [
      ['`ami-publisher --help`', milliseconds(summarise(help))],
      ['`node -e 0`', milliseconds(summarise(empty))],
      ['difference of the medians', `${over.toFixed(0)} ms`],
      ['of it: loading all modules and making the help', milliseconds(summarise(inside))],
      ...starts.flatMap(({ name, library, whole, apart }) => [
        [`\`${name} --version\``, milliseconds(summarise(whole))],
        [`loading \`${library}\`, module by module`, milliseconds(summarise(apart))],
      ]),
    ],
  );
};
