import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const require = createRequire(import.meta.url);

const binOf = (name, file) =>
  join(dirname(require.resolve(`@ami-publisher/${name}/package.json`)), 'bin', file);

/** The programs as they are installed: files for `node`. */
export const programs = {
  publisher: binOf('cli', 'ami-publisher.js'),
  orchestrator: binOf('orchestrator', 'ami-orchestrator.js'),
  imageServer: binOf('imageserver', 'imageserver.js'),
  unpacker: binOf('unpacker', 'image-unpacker.js'),
};
