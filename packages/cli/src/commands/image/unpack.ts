import { mkdir, readdir, rm } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { AmiPublisherError, formatBytes } from '@ami-publisher/base';
import { applyImage, GrpcImageSource, parseImageName } from '@ami-publisher/image';
import { interruptSignal } from '../../context.js';
import { exitCodes } from '../../exit-codes.js';
import { outputOptionsOf, type TableView, writeResult } from '../../output/render.js';
import { createStatusLine } from '../../progress/status-line.js';
import type { CommandRunner } from '../definition.js';
import { readers, withServer } from './server.js';

interface Unpacked {
  readonly image: string;
  readonly manifestDigest: string;
  readonly directory: string;
  readonly filesWritten: number;
  readonly bytesWritten: number;
  /** Owners, devices and the like that this user may not set. */
  readonly unset: number;
}

const unpackView: TableView<Unpacked> = {
  head: ['IMAGE', 'DIRECTORY', 'FILES', 'CONTENT', 'DIGEST'],
  expendable: ['DIGEST'],
  rows: ({ image, directory, filesWritten, bytesWritten, manifestDigest }) => [
    [image, directory, String(filesWritten), formatBytes(bytesWritten), `${manifestDigest.slice(0, 16)}…`],
  ],
};

/** `image unpack STREAM/LEAF DIRECTORY` */
export const unpackImage: CommandRunner = ([image = '', path = ''], options) =>
  withServer(options, readers, async (client) => {
    const { stream, leaf } = parseImageName(image);
    const directory = resolve(path);
    await requireEmpty(directory);
    const signal = interruptSignal();
    const source = new GrpcImageSource(client);
    const { manifestDigest } = await source.getImage(stream, leaf, { signal });
    const manifest = await source.getManifest(manifestDigest, { signal });
    const stagingDir = join(dirname(directory), `.${basename(directory)}.staging`);
    const line = createStatusLine(options);
    line.show(`Unpacking ${image}`);
    try {
      const applied = await applyImage({
        root: directory,
        stagingDir,
        manifest,
        source,
        withIndex: false,
        signal,
      });
      const unset = Object.keys(applied.unsettable.paths).length;
      if (unset > 0)
        process.stderr.write(
          `warning: ${unset} files have attributes that this user may not set; root may\n`,
        );
      const { filesWritten, bytesWritten } = applied;
      line.end();
      await writeResult(
        { image, manifestDigest, directory, filesWritten, bytesWritten, unset },
        unpackView,
        outputOptionsOf(options),
      );
    } finally {
      line.end();
      await rm(stagingDir, { recursive: true, force: true });
    }
    return exitCodes.success;
  });

/** Makes the folder; what is in one is not ours to remove. @throws `INVALID_OPTION` */
const requireEmpty = async (directory: string): Promise<void> => {
  await mkdir(directory, { recursive: true });
  if ((await readdir(directory)).length === 0) return;
  throw new AmiPublisherError('INVALID_OPTION', {
    message: `${directory} is not empty`,
    resource: directory,
    remedy: 'name a folder that is empty, or that is not there yet',
  });
};
