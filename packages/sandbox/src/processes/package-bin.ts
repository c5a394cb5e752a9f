import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { AmiPublisherError } from '@ami-publisher/base';

const require = createRequire(import.meta.url);

/**
 * The file behind a command of an installed package, found through the package's own `package.json`.
 *
 * @throws `TOOL_MISSING` if the package has no such command or has not been built.
 */
export const packageBin = (packageName: string, command: string): string => {
  const manifestFile = require.resolve(`${packageName}/package.json`);
  const manifest = JSON.parse(readFileSync(manifestFile, 'utf8')) as {
    readonly bin?: Readonly<Record<string, string>>;
  };
  const bin = manifest.bin?.[command];
  const directory = dirname(manifestFile);
  if (
    bin !== undefined &&
    existsSync(join(directory, bin)) &&
    existsSync(join(directory, 'dist', 'bin.js'))
  ) {
    return join(directory, bin);
  }
  throw new AmiPublisherError('TOOL_MISSING', {
    message: `${packageName} has no command ${command} in ${directory}`,
    remedy: 'build the workspace with `pnpm build:js`',
  });
};
