import { parseSrpcRequest, snapshots } from '@ami-publisher/daemon';
import type { ServerCall } from '@ami-publisher/srpc';
import type { OperationRecord, UnpackRecord } from '../state/model.js';
import type { Unpacker } from '../unpacker.js';
import { requests } from './requests.js';

const minGapMs = 250;

/** What the log of a Go daemon says when a phase begins, which is what its readers look for. */
const beginnings: Readonly<Record<string, (stream: string, operation: OperationRecord) => string>> = {
  scan: (stream) => `Initiating scan(${stream})`,
  fetch: (stream, { filesTotal, request }) => `Fetching(${imageOf(stream, request)}) ${filesTotal} objects`,
  update: (stream, { request }) => `Update(${imageOf(stream, request)}) starting`,
  seal: (stream) => `Preparing for capture(${stream})`,
};

/**
 * Logger.Watch: tells what a stream does, in the words of a Go daemon where it has some, and how far it is. Only streams have such logs. It goes on until
 * the caller goes.
 */
export const watchLog =
  (unpacker: Unpacker, shutDown: AbortSignal) =>
  async (call: ServerCall): Promise<void> => {
    const { Name: stream } = parseSrpcRequest(requests.watch, await call.value());
    if (!unpacker.store.current.streams.has(stream)) {
      await call.sendValue({ Error: `unknown logger: ${stream}` });
      return;
    }
    await call.sendValue({ Error: '' });
    let [before] = linesOf(unpacker, stream, true);
    for await (const lines of snapshots({
      notifier: unpacker.notifier,
      take: () => linesOf(unpacker, stream),
      hasEnded: () => shutDown.aborted,
      minGapMs,
      clock: unpacker.clock,
      signal: AbortSignal.any([call.signal, shutDown]),
    })) {
      const [beginning] = lines;
      for (const line of beginning === before ? lines.slice(1) : lines)
        await call.sendLine(`${timestamp(unpacker.clock.now())} ${line}`);
      before = beginning;
    }
  };

/** The phase that is under way, then how far it is; or how the last operation has ended. */
const linesOf = (unpacker: Unpacker, stream: string, onlyEnded = false): readonly string[] => {
  const operation = unpacker.operations.ofStream(stream);
  if (operation === undefined) return [];
  if (operation.state !== 'RUNNING') return [endOf(stream, operation)];
  if (onlyEnded) return [];
  const { phase, filesDone, filesTotal, bytesDone, bytesTotal } = operation;
  const beginning = beginnings[phase]?.(stream, operation) ?? `${operation.call}(${stream}) ${phase}`;
  return [
    beginning,
    `Progress(${stream}) ${filesDone}/${filesTotal} files, ${bytesDone}/${bytesTotal} bytes`,
  ];
};

const endOf = (stream: string, { call, error, finishedAt, state, unpacked }: OperationRecord): string => {
  const outcome = error?.message ?? (unpacked && changesOf(unpacked));
  return `${call}(${stream}) ${state.toLowerCase()} at ${finishedAt}${outcome === undefined ? '' : `: ${outcome}`}`;
};

/** Publishers that have a volume read back look for it. */
const changesOf = ({ filesRemoved, filesWritten, metadataChanged }: UnpackRecord): string =>
  `${filesWritten} files written, ${filesRemoved} removed, ${metadataChanged} with other metadata`;

/** What UnpackImage asked for begins with its leaf. */
const imageOf = (stream: string, request: string): string => `${stream}/${request.split(' ')[0]}`;

/** As Go writes it: `2026/11/22 06:27:50`. */
const timestamp = (ms: number): string =>
  new Date(ms).toISOString().slice(0, 19).replace('T', ' ').replaceAll('-', '/');
