import { resolve } from 'node:path';
import { formatBytes, invalidOption } from '@ami-publisher/base';
import { type Capture, readDefaults, type UnpackerOperator, type UnpackerStatus } from '@ami-publisher/core';
import { GrpcImageSource, parseStreamName } from '@ami-publisher/image';
import { createImageServerClient } from '@ami-publisher/protocol';
import { clientTls } from '../../context.js';
import type { CommandRunner } from '../definition.js';
import { type Options, operate, type Row, type RowView } from './operate.js';
import { writeRawFile } from './raw-file.js';

const statusView: RowView = {
  head: ['STREAM', 'STATE', 'LEAF', 'GENERATION', 'VOLUME', 'SIZE', 'LEASED TO'],
  columns: (row) => [
    String(row.stream || '-'),
    String(row.state).toLowerCase(),
    String(row.leaf || '-'),
    String(row.generation ?? '-'),
    String(row.volumeId || '-'),
    typeof row.sizeBytes === 'number' ? formatBytes(row.sizeBytes) : '-',
    String(row.leasedTo ?? '-'),
  ],
};

/** A row for each stream, with its volume, and for each volume without stream. */
const statusRows = ({ streams, devices, ...unpacker }: UnpackerStatus): readonly Row[] => {
  const of = { version: unpacker.version, capabilities: unpacker.capabilities };
  const sizeOf = (deviceId: string) => devices.find(({ id }) => id === deviceId)?.sizeBytes;
  return [
    ...streams.map(({ name, deviceId, ...stream }) => ({
      ...{ stream: name, ...stream, volumeId: deviceId },
      ...{ sizeBytes: sizeOf(deviceId), ...of },
    })),
    ...devices
      .filter(({ stream }) => stream === '')
      .map(({ id, sizeBytes, present }) => ({
        ...{ stream: '', state: present ? 'FREE' : 'DEVICE_MISSING', volumeId: id, sizeBytes, ...of },
      })),
  ];
};

/** `unpacker status` */
export const unpackerStatus: CommandRunner = (_positional, options) =>
  operate(options, {
    doing: 'Asking',
    view: statusView,
    run: async (operator) => statusRows(await operator.status()),
  });

/** A command that has the unpacker work on a stream. */
const onStream = (
  options: Options,
  name: string,
  { doing, view }: { readonly doing: string; readonly view: RowView },
  work: (operator: UnpackerOperator, stream: string) => Promise<object>,
): Promise<number> => {
  const stream = parseStreamName(name);
  return operate(options, {
    ...{ doing: `${doing} ${stream}`, stream, view },
    run: async (operator) => [{ stream, ...(await work(operator, stream)) }],
  });
};

const streamView: RowView = { head: ['STREAM'], columns: ({ stream }) => [String(stream)] };
const imageColumns = (row: Row): readonly string[] => {
  const { leaf, generation, manifestDigest } = row as unknown as Capture;
  return [String(row.stream), leaf, String(generation), `${manifestDigest.slice(0, 16)}…`];
};
const captureView: RowView = { head: ['STREAM', 'LEAF', 'GENERATION', 'DIGEST'], columns: imageColumns };

/** `unpacker prepare STREAM` */
export const prepare: CommandRunner = ([name = ''], options) =>
  onStream(options, name, { doing: 'Scanning', view: streamView }, async (operator, stream) => {
    await operator.prepare(stream, { full: options.full === true });
    return {};
  });

/** `unpacker capture STREAM` */
export const capture: CommandRunner = ([name = ''], options) =>
  onStream(options, name, { doing: 'Sealing', view: captureView }, (operator, stream) =>
    operator.capture(stream),
  );

/** `unpacker copy STREAM` */
export const copy: CommandRunner = ([name = ''], options) =>
  onStream(options, name, { doing: 'Letting go of', view: streamView }, async (operator, stream) => {
    await operator.copy(stream);
    return {};
  });

const unpackView: RowView = {
  head: ['STREAM', 'LEAF', 'GENERATION', 'WRITTEN', 'REMOVED', 'FETCHED'],
  columns: (row) => [
    ...[row.stream, row.leaf, row.generation, row.filesWritten, row.filesRemoved].map(String),
    formatBytes(Number(row.bytesFetched)),
  ],
};

/** `unpacker unpack STREAM LEAF` */
export const unpack: CommandRunner = async ([name = '', leaf = ''], options) => {
  const manifestDigest = await digestOf(options, parseStreamName(name), leaf);
  return onStream(options, name, { doing: 'Unpacking', view: unpackView }, async (operator, stream) => ({
    leaf,
    manifestDigest,
    ...(await operator.unpack(stream, { leaf, manifestDigest })),
  }));
};

const digestOf = async (options: Options, stream: string, leaf: string): Promise<string> => {
  if (typeof options.manifestDigest === 'string') return options.manifestDigest;
  const address = typeof options.imageServer === 'string' ? options.imageServer : readDefaults().imageServer;
  const client = createImageServerClient({ address, tls: clientTls(options, ['publisher', 'operator']) });
  try {
    return (await new GrpcImageSource(client).getImage(stream, leaf)).manifestDigest;
  } finally {
    client.close();
  }
};

const exportView: RowView = {
  head: ['STREAM', 'LEAF', 'BYTES', 'DESTINATION'],
  columns: (row) => [
    String(row.stream),
    String(row.leaf),
    formatBytes(Number(row.bytes)),
    String(row.destination),
  ],
};

/** `unpacker export STREAM DESTINATION` */
export const exportImage: CommandRunner = ([name = '', destination = ''], options) => {
  const format = String(options.format ?? 'raw');
  return onStream(options, name, { doing: 'Exporting', view: exportView }, (operator, stream) =>
    operator.exportImage(stream, { format, destination }),
  );
};

const rawView: RowView = {
  head: ['STREAM', 'BYTES', 'FILE', 'SHA-512'],
  columns: (row) => [
    ...[String(row.stream), formatBytes(Number(row.bytes)), String(row.file)],
    `${String(row.sha512).slice(0, 16)}…`,
  ],
};

/** `unpacker get-raw STREAM FILE` */
export const getRaw: CommandRunner = ([name = '', file = ''], options) => {
  const stream = parseStreamName(name);
  const offset = bytesOf(options, 'offset');
  const length = bytesOf(options, 'length');
  return operate(options, {
    ...{ doing: `Reading ${stream}`, stream, isSingle: true, view: rawView },
    run: async (operator) => {
      const receive = (take: Parameters<UnpackerOperator['getRaw']>[2]) =>
        operator.getRaw(stream, { offset, length }, take);
      const end = await writeRawFile(file, offset, receive);
      return [{ stream, file: resolve(file), bytes: end.offset - offset, sha512: end.sha512 }];
    },
  });
};

const bytesOf = (options: Options, name: 'offset' | 'length'): number => {
  const value = options[name];
  if (value === undefined) return 0;
  if (typeof value === 'string' && /^\d{1,15}$/.test(value)) return Number(value);
  throw invalidOption(`--${name}`, 'a number of bytes', value);
};
