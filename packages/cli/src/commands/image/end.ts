import { counted, formatBytes, invalidOption, parseDuration } from '@ami-publisher/base';
import { formatImageName, type ImageName, parseImageName } from '@ami-publisher/image';
import type { ImageMessage, ImageServerClient } from '@ami-publisher/protocol';
import { interruptSignal } from '../../context.js';
import { exitCodes } from '../../exit-codes.js';
import { confirm } from '../../input/confirm.js';
import { outputOptionsOf, type TableView, writeResult } from '../../output/render.js';
import { notice } from '../../progress/notice.js';
import { withStatus } from '../../progress/status-line.js';
import type { CommandRunner } from '../definition.js';
import { imageRow, imagesView, type Options, operators, withServer } from './server.js';

/** A large store takes its time to be looked through. */
const collectDeadlineMs = 6 * 3_600_000;

const showOne = async (image: ImageMessage, options: Options): Promise<number> => {
  await writeResult([imageRow(image)], imagesView, outputOptionsOf(options));
  return exitCodes.success;
};

/** The new time of expiry that the options name, as the server wants it. @throws `INVALID_OPTION` unless they name one. */
const expiryOf = ({ in: duration, at, never }: Options): string => {
  const given = [duration, at, never].filter((value) => value !== undefined);
  if (given.length !== 1) throw invalidOption('--in, --at and --never', 'given, one of them', given.length);
  if (never === true) return '';
  if (typeof duration === 'string')
    return new Date(Date.now() + parseDuration('--in', duration)).toISOString();
  const time = Date.parse(String(at));
  if (Number.isNaN(time)) throw invalidOption('--at', 'a time such as 2026-01-31T10:00:00Z', at);
  return new Date(time).toISOString();
};

/** `image set-expiry STREAM/LEAF` */
export const setExpiry: CommandRunner = ([image = ''], options) => {
  const request = { name: parseImageName(image), expiresAt: expiryOf(options) };
  return withServer(options, ['operator', 'ingester'], async (client) =>
    showOne(await client.setExpiry(request, { signal: interruptSignal() }), options),
  );
};

const deleteOne = async (client: ImageServerClient, name: ImageName, options: Options): Promise<number> => {
  const signal = interruptSignal();
  const found = await client.getImage({ name }, { signal });
  const loss = `delete ${formatImageName(name)} (${formatBytes(Number(found.contentBytes))}, by ${found.createdBy})`;
  if (options.dryRun === true) {
    notice(`would ${loss}`);
    return showOne(found, options);
  }
  await confirm(options, [loss]);
  return showOne(await client.deleteImage({ name }, { signal }), options);
};

/** `image delete STREAM/LEAF` */
export const deleteImage: CommandRunner = ([image = ''], options) =>
  withServer(options, operators, (client) => deleteOne(client, parseImageName(image), options));

/** `image restore STREAM/LEAF` */
export const restoreImage: CommandRunner = ([image = ''], options) =>
  withServer(options, operators, async (client) => {
    const request = { name: parseImageName(image) };
    return showOne(await client.restoreImage(request, { signal: interruptSignal() }), options);
  });

interface Collection {
  readonly dryRun: boolean;
  readonly images: readonly string[];
  readonly unfinished: number;
  readonly objects: number;
  readonly bytes: number;
}

const collectionView: TableView<Collection> = {
  head: ['IMAGE THAT CANNOT BE RESTORED ANY MORE'],
  empty: 'no image',
  rows: ({ images }) => images.map((image) => [image]),
  footer: ({ dryRun, objects, bytes, unfinished }) => [
    `${dryRun ? 'would remove' : 'removed'} ${counted(objects, 'object')} (${formatBytes(bytes)}), ${counted(unfinished, 'manifest')} of unfinished images`,
  ],
};

/** `image collect-garbage` */
export const collectGarbage: CommandRunner = (_positional, options) =>
  withServer(options, operators, async (client) => {
    const dryRun = options.dryRun === true;
    const { images, unfinished, objects, bytes } = await withStatus(options, 'Looking for garbage', () =>
      client.collectGarbage({ dryRun }, { signal: interruptSignal(), deadlineMs: collectDeadlineMs }),
    );
    const result: Collection = {
      dryRun,
      images: images.map(formatImageName),
      unfinished: Number(unfinished),
      objects: Number(objects),
      bytes: Number(bytes),
    };
    await writeResult(result, collectionView, outputOptionsOf(options));
    return exitCodes.success;
  });
