import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { describe, expect, inject, it } from 'vitest';
import { publicPackages, root } from './support/public-packages.js';

const limitBytes = 200_000;

/** Packages of others that ours use; a bundler finds them as they are. */
const others = publicPackages
  .flatMap(({ dependencies = {}, peerDependencies = {} }) =>
    Object.keys({ ...dependencies, ...peerDependencies }),
  )
  .filter((name) => !name.startsWith('@ami-publisher/'))
  .flatMap((name) => [name, `${name}/*`]);

describe('a tool that publishes, bundled and minified', () => {
  it(`has less than ${limitBytes / 1000} kB of ours`, async () => {
    const { outputFiles, metafile } = await build({
      stdin: {
        contents: readFileSync(join(root, 'examples/publish.ts'), 'utf8'),
        loader: 'ts',
        resolveDir: inject('sdk').directory,
      },
      bundle: true,
      minify: true,
      platform: 'node',
      format: 'esm',
      write: false,
      metafile: true,
      external: others,
    });
    const [output = { inputs: {} }] = Object.values(metafile.outputs);
    const modules = Object.entries(output.inputs).map(([file, { bytesInOutput }]) => ({
      file,
      bytesInOutput,
    }));
    const largest = modules.sort((one, other) => other.bytesInOutput - one.bytesInOutput).slice(0, 20);
    expect(modules.filter(({ file }) => file.includes('@ami-publisher/core')).length).toBeGreaterThan(50);
    const [{ contents } = { contents: new Uint8Array() }] = outputFiles;
    expect(contents.length, JSON.stringify(largest, undefined, 1)).toBeLessThan(limitBytes);
  });
});
