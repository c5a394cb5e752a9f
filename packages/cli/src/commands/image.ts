import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createGunzip } from 'node:zlib';
import { AmiPublisherError } from '@ami-publisher/base';
import { type Role, readDefaults } from '@ami-publisher/core';
import {
  GrpcImageSink,
  GrpcImageSource,
  type ImageSummary,
  type IngestProgress,
  type IngestResult,
  ingestDirectory,
  ingestTar,
  type ManifestEntry,
  parseImageName,
  parseStreamName,
  toText,
} from '@ami-publisher/image';
import { createImageServerClient, type ImageMessage, type ImageServerClient } from '@ami-publisher/protocol';
import { clientTls, interruptSignal } from '../context.js';
import { exitCodes } from '../exit-codes.js';
import { formatBytes, formatTime } from '../output/quantities.js';
import { outputOptionsOf, type TableView, writeResult } from '../output/render.js';
import { createStatusLine } from '../progress/status-line.js';
import type { CommandRunner } from './definition.js';

type Options = Record<string, unknown>;

const withServer = async (
  options: Options,
  roles: readonly Role[],
  work: (client: ImageServerClient) => Promise<number>,
): Promise<number> => {
  const address = typeof options.imageServer === 'string' ? options.imageServer : readDefaults().imageServer;
  const client = createImageServerClient({ address, tls: clientTls(options, roles) });
  try {
    return await work(client);
  } finally {
    client.close();
  }
};

const readers: readonly Role[] = ['reader', 'publisher', 'ingester', 'operator'];
const ingesters: readonly Role[] = ['ingester', 'operator'];

const ingestView: TableView<IngestResult> = {
  head: ['IMAGE', 'ENTRIES', 'CONTENT', 'SENT', 'DIGEST'],
  expendable: ['DIGEST'],
  rows: ({ image, bytesSent }) => [
    [
      `${image.stream}/${image.leaf}`,
      String(image.entryCount),
      formatBytes(image.contentBytes),
      formatBytes(bytesSent),
      `${image.manifestDigest.slice(0, 16)}…`,
    ],
  ],
};

/** `image add STREAM/LEAF PATH` */
export const addImage: CommandRunner = ([image = '', path = ''], options) =>
  withServer(options, ingesters, async (client) => {
    const line = createStatusLine(options);
    line.show(`Reading ${path}`);
    const common = {
      name: parseImageName(image),
      sink: new GrpcImageSink(client),
      signal: interruptSignal(),
      onProgress: (progress: IngestProgress) => line.show(describeIngest(progress)),
    };
    const result = await ingest(common, path).finally(() => line.end());
    for (const warning of result.warnings) process.stderr.write(`warning: ${warning}\n`);
    const { image: added, objectsSent, bytesSent, warnings } = result;
    await writeResult(
      { image: added, objectsSent, bytesSent, warnings },
      ingestView,
      outputOptionsOf(options),
    );
    return exitCodes.success;
  });

const ingest = async (common: IngestCommon, path: string): Promise<IngestResult> => {
  if (path === '-') return ingestTar({ ...common, tar: process.stdin });
  const found = await stat(path).catch((cause: Error) => {
    throw new AmiPublisherError('INVALID_OPTION', {
      message: `cannot read ${path}: ${cause.message}`,
      resource: path,
      remedy: 'name a folder, a .tar or .tar.gz file, or - for a tar stream on standard input',
      cause,
    });
  });
  if (found.isDirectory()) return ingestDirectory({ ...common, root: path });
  const file = createReadStream(path);
  return ingestTar({ ...common, tar: /\.t?gz$/.test(path) ? file.pipe(createGunzip()) : file });
};

type IngestCommon = Omit<Parameters<typeof ingestDirectory>[0], 'root'>;

const describeIngest = ({ phase, filesDone, filesTotal, bytesDone }: IngestProgress): string =>
  `${phase}: ${filesDone}${filesTotal === undefined ? '' : `/${filesTotal}`} files, ${formatBytes(bytesDone)}`;

const imageRow = (image: ImageMessage) => ({
  image: `${image.name?.stream}/${image.name?.leaf}`,
  manifestDigest: image.manifestDigest,
  entryCount: Number(image.entryCount),
  contentBytes: Number(image.contentBytes),
  usageBytes: Number(image.usageBytes),
  createdAt: image.createdAt,
  createdBy: image.createdBy,
});

const listView: TableView<readonly ReturnType<typeof imageRow>[]> = {
  head: ['IMAGE', 'CREATED', 'ENTRIES', 'CONTENT', 'BY', 'DIGEST'],
  expendable: ['BY', 'DIGEST', 'CONTENT'],
  empty: 'the image server has no such images',
  rows: (images) =>
    images.map((row) => [
      row.image,
      formatTime(row.createdAt),
      String(row.entryCount),
      formatBytes(row.contentBytes),
      row.createdBy,
      `${row.manifestDigest.slice(0, 16)}…`,
    ]),
};

/** `image list [STREAM]` */
export const listImages: CommandRunner = ([stream], options) =>
  withServer(options, readers, async (client) => {
    const request = { stream: stream === undefined ? '' : parseStreamName(stream) };
    const { images } = await client.listImages(request, { signal: interruptSignal() });
    await writeResult(images.map(imageRow), listView, outputOptionsOf(options));
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

interface Verification {
  readonly image: string;
  readonly objects: number;
  readonly bytes: number;
  readonly damage: readonly { readonly kind: string; readonly digest: string; readonly path: string }[];
}

const verifyView: TableView<Verification> = {
  head: ['DAMAGE', 'PATH', 'OBJECT'],
  expendable: ['OBJECT'],
  empty: 'no damage found',
  rows: ({ damage }) =>
    damage.map(({ kind, digest, path }) => [kind.toLowerCase(), path, `${digest.slice(0, 16)}…`]),
  footer: ({ image, objects, bytes, damage }) => [
    `${image}: ${objects} objects, ${formatBytes(bytes)} read, ${damage.length} damaged`,
  ],
};

/** `image verify STREAM/LEAF` */
export const verifyImage: CommandRunner = ([image = ''], options) =>
  withServer(options, readers, async (client) => {
    const line = createStatusLine(options);
    line.show('Verifying');
    let result: Verification = { image, objects: 0, bytes: 0, damage: [] };
    try {
      for await (const progress of client.verifyImage(
        { name: parseImageName(image) },
        { signal: interruptSignal() },
      )) {
        const damage = progress.damage.map(({ kind, digest, path }) => ({
          kind,
          digest,
          path: `/${toText(path)}`,
        }));
        result = {
          image,
          objects: Number(progress.objectsDone),
          bytes: Number(progress.bytesDone),
          damage: [...result.damage, ...damage],
        };
        line.show(
          `Verifying: ${progress.objectsDone}/${progress.objectsTotal} objects, ${formatBytes(result.bytes)}`,
        );
      }
    } finally {
      line.end();
    }
    await writeResult(result, verifyView, outputOptionsOf(options));
    return result.damage.length === 0 ? exitCodes.success : exitCodes.failure;
  });
