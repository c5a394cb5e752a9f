import { formatBytes, formatTime } from '@ami-publisher/base';
import {
  GrpcImageSource,
  type ImageSummary,
  type ManifestEntry,
  parseImageName,
  parseStreamName,
  toText,
} from '@ami-publisher/image';
import { interruptSignal } from '../../context.js';
import { exitCodes } from '../../exit-codes.js';
import { outputOptionsOf, type TableView, writeResult } from '../../output/render.js';
import type { CommandRunner } from '../definition.js';
import { imageRow, imagesView, readers, withServer } from './server.js';

/** `image list [STREAM]` */
export const listImages: CommandRunner = ([stream], options) =>
  withServer(options, readers, async (client) => {
    const request = {
      stream: stream === undefined ? '' : parseStreamName(stream),
      deleted: options.deleted === true,
    };
    const { images } = await client.listImages(request, { signal: interruptSignal() });
    await writeResult(images.map(imageRow), imagesView, outputOptionsOf(options));
    return exitCodes.success;
  });

const summaryView: TableView<ImageSummary> = {
  head: ['FIELD', 'VALUE'],
  rows: (image) => [
    ['image', `${image.stream}/${image.leaf}`],
    ['digest', image.manifestDigest],
    ['entries', String(image.entryCount)],
    ['content', formatBytes(image.contentBytes)],
    ['unpacked', formatBytes(image.usageBytes)],
    ['created', formatTime(image.createdAt.toISOString())],
  ],
};

const entryView: TableView<readonly ReturnType<typeof entryRow>[]> = {
  head: ['MODE', 'OWNER', 'SIZE', 'TYPE', 'PATH'],
  rows: (entries) => entries.map((row) => [row.mode, row.owner, String(row.size), row.type, row.path]),
};

const entryRow = (entry: ManifestEntry) => {
  const isLink = entry.type === 'hardlink';
  const target = 'target' in entry ? ` -> ${toText(entry.target)}` : '';
  return {
    mode: isLink ? '' : entry.mode.toString(8).padStart(4, '0'),
    owner: isLink ? '' : `${entry.uid}:${entry.gid}`,
    size: entry.type === 'file' ? entry.size : 0,
    type: entry.type,
    path: `/${toText(entry.path)}${target}`,
  };
};

/** `image show STREAM/LEAF` */
export const showImage: CommandRunner = ([image = ''], options) =>
  withServer(options, readers, async (client) => {
    const source = new GrpcImageSource(client);
    const { stream, leaf } = parseImageName(image);
    const signal = interruptSignal();
    const summary = await source.getImage(stream, leaf, { signal });
    if (options.entries === true) {
      const { entries } = await source.getManifest(summary.manifestDigest, { signal });
      await writeResult(entries.map(entryRow), entryView, outputOptionsOf(options));
    } else {
      await writeResult(summary, summaryView, outputOptionsOf(options));
    }
    return exitCodes.success;
  });
