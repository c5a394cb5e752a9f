import { createHash } from 'node:crypto';
import { duplexPair } from 'node:stream';
import { Deadlines, isAmiPublisherError, systemClock } from '@ami-publisher/base';
import { ask, type CallOptions, type SrpcCalls } from '../../src/client/calls.js';
import { SrpcConnection } from '../../src/client/connection.js';
import { SrpcImageServer } from '../../src/client/image-server.js';
import { SrpcObjectServer } from '../../src/client/object-server.js';
import { daemonKinds } from '../../src/client/site.js';
import { SrpcUnpacker } from '../../src/client/unpacker.js';
import type { Json } from '../../src/wire/json.js';
import { ScriptedPeer, type Split } from './scripted-peer.js';
import { plainTurns, type Transcript, turnsOf } from './transcript.js';

const timeoutMs = 5_000;

/** One thing that the recording client did. */
interface Operation {
  readonly name: string;
  readonly request: Record<string, never>;
  /** What it said besides, as lines. */
  readonly lines: readonly string[];
}

/** Calls over one connection that is there already. */
export const callsOver = (connection: SrpcConnection): SrpcCalls => {
  const call: SrpcCalls['call'] = (plan) => connection.exchange(plan.method, plan.talk, plan);
  return { call, callApart: call };
};

const operationsOf = (transcript: Transcript): readonly Operation[] => {
  const operations: Operation[] = [];
  for (const { from, bytes } of plainTurns(turnsOf(transcript.events))) {
    if (from !== 'client') continue;
    const text = bytes.toString();
    const last = operations.at(-1);
    if (text === '\n') operations.push({ name: 'ping', request: {}, lines: [] });
    else if (text.startsWith('{'))
      operations.splice(-1, 1, { ...last, request: JSON.parse(text) } as Operation);
    else if (last?.name === 'ImageUnpacker.AddDevice' && last.lines.length === 0)
      operations.splice(-1, 1, { ...last, lines: [text.trim()] });
    else operations.push({ name: text.trim(), request: {}, lines: [] });
  }
  return operations;
};

interface Clients {
  readonly calls: SrpcCalls;
  readonly unpacker: SrpcUnpacker;
  readonly images: SrpcImageServer;
  readonly objects: SrpcObjectServer;
}

type Perform = (clients: Clients, operation: Operation, options: CallOptions) => Promise<unknown>;

const filterOf = ({ IgnoreExpiringImages, TagsToMatch }: Operation['request']) => ({
  ignoreExpiring: IgnoreExpiringImages,
  tags: TagsToMatch,
});

const byName: Perform = ({ calls }, { name, request }, options) =>
  ask(calls, name, request, { timeoutMs, ...options, decode: (reply: Json) => reply });

/** The method of ours for each of theirs; those that have none are called by name. */
const methods: Readonly<Record<string, Perform>> = {
  'ImageUnpacker.GetStatus': ({ unpacker }, _, options) => unpacker.status(options),
  'ImageUnpacker.PrepareForUnpack': ({ unpacker }, { request }, options) =>
    unpacker.prepareForUnpack(
      request.StreamName ?? '',
      { skipIfPrepared: request.SkipIfPrepared, doNotWait: request.DoNotWaitForResult },
      options,
    ),
  'ImageUnpacker.UnpackImage': ({ unpacker }, { request }, options) =>
    unpacker.unpackImage(request.StreamName ?? '', request.ImageLeafName ?? '', options),
  'ImageUnpacker.PrepareForCapture': ({ unpacker }, { request }, options) =>
    unpacker.prepareForCapture(request.StreamName ?? '', options),
  'ImageUnpacker.PrepareForCopy': ({ unpacker }, { request }, options) =>
    unpacker.prepareForCopy(request.StreamName ?? '', options),
  'ImageUnpacker.ExportImage': ({ unpacker }, { request }, options) =>
    unpacker.exportImage(
      request.StreamName ?? '',
      { type: request.Type ?? '', destination: request.Destination ?? '' },
      options,
    ),
  'ImageUnpacker.AssociateStreamWithDevice': ({ unpacker }, { request }, options) =>
    unpacker.associateStream(request.StreamName ?? '', request.DeviceId ?? '', options),
  'ImageUnpacker.ForgetStream': ({ unpacker }, { request }, options) =>
    unpacker.forgetStream(request.StreamName ?? '', options),
  'ImageUnpacker.ClaimDevice': ({ unpacker }, { request }, options) =>
    unpacker.claimDevice(request.DeviceId ?? '', request.DeviceName ?? '', options),
  'ImageUnpacker.AddDevice': async ({ unpacker }, { lines: [id] }, options) => {
    const attach = id === undefined ? () => Promise.reject(new Error('attaching failed')) : async () => {};
    return unpacker.addDevice(id ?? 'vol-x', attach, options);
  },
  'ImageUnpacker.GetRaw': async ({ unpacker }, { request }, options) => {
    const digest = createHash('sha256');
    const size = await unpacker.getRaw(
      request.StreamName ?? '',
      (data) => {
        digest.update(data);
      },
      options,
    );
    return { size, sha256: digest.digest('hex') };
  },
  'Logger.Watch': async ({ unpacker }, { request }, options) => {
    const lines: string[] = [];
    const watching = unpacker.watchLog(request.Name ?? '', (line) => lines.push(line), options);
    return watching.catch((reason: unknown) => {
      if (options.signal?.aborted) return lines;
      throw reason;
    });
  },
  'ImageServer.CheckImage': ({ images }, { request }, options) =>
    images.hasImage(request.ImageName ?? '', options),
  'ImageServer.CheckDirectory': ({ images }, { request }, options) =>
    images.hasDirectory(request.DirectoryName ?? '', options),
  'ImageServer.FindLatestImage': ({ images }, { request }, options) =>
    images.findLatest(request.DirectoryName ?? '', filterOf(request), options),
  'ImageServer.GetImageExpiration': ({ images }, { request }, options) =>
    images.expiryOf(request.ImageName ?? '', options),
  'ImageServer.GetImageUsageEstimate': ({ images }, { request }, options) =>
    images.usageOf(request.ImageName ?? '', options),
  'ImageServer.GetReplicationMaster': ({ images }, _, options) => images.replicationMaster(options),
  'ImageServer.ListImages': ({ images }, _, options) => images.images(options),
  'ImageServer.ListSelectedImages': ({ images }, { request }, options) =>
    images.imagesIn(request.DirectoryName ?? '', filterOf(request), options),
  'ImageServer.ListDirectories': ({ images }, _, options) => images.directories(options),
  'ImageServer.GetImage': async (clients, operation, options) => {
    const { images } = clients;
    const { request } = operation;
    if (request.Timeout !== undefined) return byName(clients, operation, options);
    if (request.IgnoreFilesystem) return images.image(request.ImageName ?? '', options);
    const inodes: Record<string, unknown> = {};
    const tree = await images.tree(
      request.ImageName ?? '',
      (number, inode) => {
        inodes[number] = inode;
      },
      options,
    );
    return { tree, inodes };
  },
  'ObjectServer.CheckObjects': ({ objects }, { request }, options) =>
    objects.sizesOf(request.Hashes ?? [], options),
  'ObjectServer.GetObjects': async ({ objects }, { request }, options) => {
    const contents: string[] = [];
    await objects.getObjects(
      request.Hashes ?? [],
      ({ index, data }) => {
        contents[index] = (contents[index] ?? '') + data.toString('latin1');
      },
      options,
    );
    return contents;
  },
};

/** Calls that were refused before their request are made by name, as ours would not make them without one. */
const performing = ({ name, request }: Operation): Perform => {
  const isRefused = name.startsWith('ImageUnpacker.') && !/GetStatus|AddDevice/.test(name);
  return (isRefused && Object.keys(request).length === 0 ? undefined : methods[name]) ?? byName;
};

/** What a client of ours has made of a call. */
type Outcome = { readonly call: string } & (
  | { readonly value: unknown }
  | { readonly code: string; readonly text: string }
);

/**
 * Plays a recording to a client of ours, with the server's bytes in the packets that `split` makes of them.
 *
 * @param maxBytes after which the server hangs up; left out, it says all that was recorded
 */
export const replay = async (
  transcript: Transcript,
  split: Split,
  maxBytes?: number,
): Promise<readonly Outcome[]> => {
  const [near, far] = duplexPair();
  const peer = new ScriptedPeer(far, plainTurns(turnsOf(transcript.events)), split, maxBytes);
  const connection = new SrpcConnection({
    stream: near,
    site: {
      kind: daemonKinds[transcript.daemon === 'imageserver' ? 'imageServer' : 'unpacker'],
      peer: 'recorded:1',
    },
    deadlines: new Deadlines(systemClock),
    closing: new AbortController().signal,
  });
  const calls = callsOver(connection);
  const clients = {
    calls,
    unpacker: new SrpcUnpacker(calls),
    images: new SrpcImageServer(calls),
    objects: new SrpcObjectServer(calls),
  };
  const patience = new AbortController();
  peer.finished.then(
    () => givenUp.includes(transcript.name) && setTimeout(() => patience.abort(), 20),
    (reason: unknown) => patience.abort(reason),
  );
  const outcomes: Outcome[] = [];
  for (const operation of operationsOf(transcript)) {
    const perform = operation.name === 'ping' ? pinging(connection) : performing(operation);
    outcomes.push(
      await outcomeOf(operation.name, () => perform(clients, operation, { signal: patience.signal })),
    );
  }
  connection.close();
  await peer.finished;
  return outcomes;
};

/** Recordings whose last call does not end before the client ends it. */
const givenUp: readonly string[] = [
  ...['getraw-cancel', 'logger-watch', 'unpackimage-missing-leaf', 'getimageupdates'],
  'exportimage-multiline-error-naive',
];

const pinging =
  (connection: SrpcConnection): Perform =>
  () =>
    connection.ping({ timeoutMs });

const outcomeOf = async (call: string, perform: () => Promise<unknown>): Promise<Outcome> => {
  try {
    return { call, value: await perform() };
  } catch (reason) {
    if (isAmiPublisherError(reason)) return { call, code: reason.code, text: reason.summary };
    return { call, code: 'of the caller itself', text: String(reason) };
  }
};
