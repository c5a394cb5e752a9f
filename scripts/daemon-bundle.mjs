// How a daemon's package is built: its library as it stands, and its program in one piece, which starts in little more than half the time (`bench startup`).
import { cp } from 'node:fs/promises';
import { thirdPartyNotices } from './third-party-notices.mjs';

const common = { format: 'esm', target: 'node20', sourcemap: true };

/** Folders of definitions that what is bundled reads as it starts, and where it looks for them. */
const definitions = {
  '../protocol/proto': 'proto',
  '../protocol/node_modules/grpc-health-check/proto': 'proto',
  '../protocol/node_modules/@grpc/reflection/build/proto/grpc': 'proto/grpc',
};

/** Configurations for tsup. AWS clients stay outside the program: they are optional, and large. */
export const daemonPackage = [
  { ...common, entry: ['src/index.ts'] },
  {
    ...common,
    entry: ['src/bin.ts'],
    // Pieces named by their content would stay from build to build.
    splitting: false,
    noExternal: [/^(?!@aws-sdk\/)/],
    esbuildPlugins: [thirdPartyNotices('dist/THIRD-PARTY-NOTICES.txt')],
    // Bundled CommonJS asks for Node's own modules by `require`, and for its definitions in `proto`, two folders up.
    banner: {
      js: [
        "import { createRequire as createRequireOf } from 'node:module';",
        'const require = createRequireOf(import.meta.url);',
        "const __dirname = import.meta.dirname + '/bundled';",
      ].join(' '),
    },
    onSuccess: async () => {
      for (const [from, to] of Object.entries(definitions)) await cp(from, to, { recursive: true });
    },
  },
];
