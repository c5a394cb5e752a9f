import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createGunzip } from 'node:zlib';
import { AmiPublisherError, formatBytes, invalidOption, parseDuration } from '@ami-publisher/base';
import {
  GrpcImageSink,
  type IngestProgress,
  type IngestResult,
  ingestDirectory,
  ingestOciLayout,
  ingestTar,
  parseImageName,
} from '@ami-publisher/image';
import { interruptSignal } from '../../context.js';
import { exitCodes } from '../../exit-codes.js';
import { outputOptionsOf, type TableView, writeResult } from '../../output/render.js';
import { createStatusLine } from '../../progress/status-line.js';
import type { CommandRunner } from '../definition.js';
import { ingesters, type Options, withServer } from './server.js';

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

const textOf = (options: Options, name: string): string | undefined => {
  const value = options[name];
  return typeof value === 'string' ? value : undefined;
};

const expiryOf = (options: Options): Date | undefined => {
  const text = textOf(options, 'expiresIn');
  return text === undefined ? undefined : new Date(Date.now() + parseDuration('expiresIn', text));
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
      expiresAt: expiryOf(options),
      onProgress: (progress: IngestProgress) => line.show(describeIngest(progress)),
    };
    const result = await ingest(common, path, options).finally(() => line.end());
    for (const warning of result.warnings) process.stderr.write(`warning: ${warning}\n`);
    const { image: added, objectsSent, bytesSent, warnings } = result;
    await writeResult(
      { image: added, objectsSent, bytesSent, warnings },
      ingestView,
      outputOptionsOf(options),
    );
    return exitCodes.success;
  });

type IngestCommon = Omit<Parameters<typeof ingestDirectory>[0], 'root'>;

const ingest = async (common: IngestCommon, path: string, options: Options): Promise<IngestResult> => {
  const platform = textOf(options, 'platform');
  if (options.oci === true) return ingestOciLayout({ ...common, ...splitTag(path), platform });
  if (platform !== undefined) throw invalidOption('--platform', 'given with --oci only', platform);
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

/** `DIR` or `DIR:TAG`; tags have no slash. */
const splitTag = (path: string): { readonly root: string; readonly tag: string | undefined } => {
  const [, root, tag] = /^(.+):([^/:]+)$/.exec(path) ?? [];
  return { root: root ?? path, tag };
};

const describeIngest = ({ phase, filesDone, filesTotal, bytesDone }: IngestProgress): string =>
  `${phase}: ${filesDone}${filesTotal === undefined ? '' : `/${filesTotal}`} files, ${formatBytes(bytesDone)}`;
