import { cp, readFile } from 'node:fs/promises';
import { defineConfig } from 'tsup';
import { thirdPartyNotices } from '../../scripts/third-party-notices.mjs';

/**
 * Writes the names of members into the schemas of the EC2 client, which computes them from constants (`[_vI]: _VI`). A bundler cannot tell
 * that these have no effect, and keeps the schemas of all 700 calls.
 */
const schemasOfEc2 = {
  name: 'schemas-of-ec2',
  setup: (build: {
    onLoad(
      where: { filter: RegExp },
      load: (file: { path: string }) => Promise<{ contents: string; loader: 'js' }>,
    ): void;
  }) =>
    build.onLoad({ filter: /client-ec2\/dist-es\/schemas\/.*\.js$/ }, async ({ path }) => {
      const source = await readFile(path, 'utf8');
      const constants = new Map(
        [...source.matchAll(/^const (\w+) = ("[^"]*");$/gm)].map(([, name, value]) => [name, value]),
      );
      const contents = source.replace(
        /\[(\w+)\]:/g,
        (_key, name) => `${constants.get(name) ?? `[${name}]`}:`,
      );
      return { contents, loader: 'js' };
    }),
};

/**
 * What a command that works loads is bundled (development dependencies are), AWS clients that few commands ask for aside: to load its
 * modules one by one takes a third of the time of a short command.
 */
export default defineConfig({
  entry: ['src/bin.ts'],
  format: 'esm',
  target: 'node20',
  sourcemap: true,
  // Chunks are named by their content: those of an earlier build would be packed as well.
  clean: ['!**/*.d.ts', '!**/*.d.ts.map', '!.tsbuildinfo'],
  // Optional dependencies, which tsup would bundle.
  external: ['@ami-publisher/orchestrator', '@ami-publisher/sandbox'],
  esbuildPlugins: [schemasOfEc2, thirdPartyNotices('dist/THIRD-PARTY-NOTICES.txt')],
  // Bundled CommonJS asks for Node's own modules by `require`.
  banner: {
    js: "import { createRequire as createRequireOf } from 'node:module'; const require = createRequireOf(import.meta.url);",
  },
  // `protocol` reads them from beside the folder of what runs.
  onSuccess: () => cp('../protocol/proto', 'proto', { recursive: true }),
});
