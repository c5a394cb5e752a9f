import { AmiPublisherError, type ErrorCode, errorCodes } from '@ami-publisher/base';
import {
  type ClientOptions,
  createUnpackerClient,
  type OperationMessage,
  type RawOfferMessage,
  type StatusMessage,
} from '@ami-publisher/protocol';
import type { StepProgress } from '../steps/step.js';
import { leaseMessage, operatorCalls } from './grpc-operator-calls.js';
import type {
  OperationOptions,
  RawOffer,
  UnpackerOperatorClient,
  UnpackerStatus,
} from './unpacker-client.js';

const silenceMs = 30_000;
const statusTimeoutMs = 10_000;
const addDeviceTimeoutMs = 60_000;
const growDeviceTimeoutMs = 120_000;

export interface GrpcUnpackerClientOptions extends ClientOptions {
  /**
   * How long a long call may be silent before the unpacker is taken for dead, ms; it reports progress at least every 10 s.
   *
   * @default 30,000
   */
  readonly silenceMs?: number | undefined;
}

/** An unpacker over gRPC. */
export const createGrpcUnpackerClient = (options: GrpcUnpackerClientOptions): UnpackerOperatorClient => {
  const rpc = createUnpackerClient(options);
  const address = options.name ?? options.address;
  const follow = (
    call: string,
    start: (signal: AbortSignal) => AsyncIterable<OperationMessage>,
    followed: OperationOptions = {},
  ) =>
    followOperation({
      call,
      address,
      silenceMs: options.silenceMs ?? silenceMs,
      start,
      ...followed,
    });
  return {
    status: async (call) => statusOf(await rpc.getStatus({}, { ...call, deadlineMs: statusTimeoutMs })),
    createStream: async (stream, call) => {
      await rpc.createStream({ stream }, call);
    },
    acquireLease: async (stream, publication, holder, call) => {
      const lease = await rpc.acquireLease({ stream, publication, holder }, call);
      return { stream, publication, epoch: Number(lease.epoch) };
    },
    renewLease: async (lease, call) => {
      await rpc.renewLease({ lease: leaseMessage(lease) }, call);
    },
    releaseLease: async (lease, call) => {
      await rpc.releaseLease({ lease: leaseMessage(lease) }, call);
    },
    drain: async (durationMs, call) => (await rpc.drain({ durationMs }, call)).busyStreams,
    // The unpacker finds volumes by their identity, whenever they came.
    whileAttaching: (_deviceId, attach) => attach(),
    addDevice: async ({ id: deviceId, hint, kmsKeys }, lease, call) => {
      const request = {
        ...{ deviceId, hint, kmsKeys: [...kmsKeys] },
        ...{ lease: leaseMessage(lease), timeoutMs: addDeviceTimeoutMs },
      };
      await rpc.addDevice(request, { ...call, deadlineMs: addDeviceTimeoutMs + 10_000 });
    },
    associateStream: async ({ id: deviceId, kmsKeys }, lease, call) => {
      await rpc.associateStream({ deviceId, kmsKeys: [...kmsKeys], lease: leaseMessage(lease) }, call);
    },
    growDevice: async (deviceId, sizeBytes, lease, call) => {
      await rpc.growDevice(
        { deviceId, sizeBytes, lease: leaseMessage(lease) },
        { ...call, deadlineMs: growDeviceTimeoutMs },
      );
    },
    unpackImage: async (operationId, image, lease, call) => {
      const request = { operationId, lease: leaseMessage(lease), ...image };
      const { unpacked } = await follow(
        'UnpackImage',
        (signal) => rpc.unpackImage(request, { signal }),
        call,
      );
      return {
        generation: Number(unpacked?.generation),
        filesWritten: Number(unpacked?.filesWritten),
        filesRemoved: Number(unpacked?.filesRemoved),
        metadataChanged: Number(unpacked?.metadataChanged),
        bytesFetched: Number(unpacked?.bytesFetched),
        bytesWritten: Number(unpacked?.bytesWritten),
      };
    },
    prepareForCapture: async (operationId, lease, call) => {
      const request = { operationId, lease: leaseMessage(lease) };
      const { captured } = await follow(
        'PrepareForCapture',
        (signal) => rpc.prepareForCapture(request, { signal }),
        call,
      );
      if (captured == null) throw noResult('PrepareForCapture', address);
      return {
        generation: Number(captured.generation),
        leaf: captured.leaf,
        manifestDigest: captured.manifestDigest,
      };
    },
    confirmCapture: async (generation, lease, call) => {
      await rpc.confirmCapture({ generation, lease: leaseMessage(lease) }, call);
    },
    offerRaw: (take, lease, call = {}) =>
      takeOffer(rpc.offerRaw({ lease: leaseMessage(lease) }, call), take, call, address),
    ...operatorCalls(rpc, follow, (call) => noResult(call, address)),
    close: () => rpc.close(),
  };
};

const takeOffer = async (
  messages: AsyncIterable<RawOfferMessage>,
  take: (offer: RawOffer) => void,
  { onProgress }: OperationOptions,
  address: string,
): Promise<string> => {
  let bytesTotal = 0;
  for await (const { ticket, port, publicKeySha256, leaf, manifestDigest, ...message } of messages) {
    if (message.sha256 !== '') return message.sha256;
    if (ticket !== '') {
      bytesTotal = Number(message.sizeBytes);
      take({ ticket, port, publicKeySha256, leaf, manifestDigest, sizeBytes: bytesTotal });
    }
    onProgress?.({ phase: 'transfer', bytesDone: Number(message.bytesDone), bytesTotal });
  }
  throw noResult('OfferRaw', address);
};

const statusOf = (status: StatusMessage): UnpackerStatus => ({
  version: status.version,
  capabilities: status.capabilities,
  streams: status.streams.map((stream) => ({
    name: stream.name,
    state: stream.state,
    deviceId: stream.deviceId,
    generation: Number(stream.generation),
    leaf: stream.leaf,
    manifestDigest: stream.manifestDigest,
    leasedTo: stream.lease?.publication || undefined,
  })),
  devices: status.devices.map(({ id, sizeBytes, stream, present, kmsKeys }) => ({
    id,
    sizeBytes: Number(sizeBytes),
    stream,
    present,
    kmsKeys,
  })),
  lastUsedAt: new Date(status.lastUsedAt),
});

interface FollowOptions extends OperationOptions {
  readonly call: string;
  readonly address: string;
  readonly silenceMs: number;
  readonly start: (signal: AbortSignal) => AsyncIterable<OperationMessage>;
}

/** Reads the messages of a long call to its end. */
const followOperation = async (options: FollowOptions): Promise<OperationMessage> => {
  const silence = new AbortController();
  const signal =
    options.signal === undefined ? silence.signal : AbortSignal.any([options.signal, silence.signal]);
  let timer: NodeJS.Timeout | undefined;
  const heard = () => {
    clearTimeout(timer);
    timer = setTimeout(() => silence.abort(silent(options)), options.silenceMs);
  };
  heard();
  let last: OperationMessage | undefined;
  try {
    for await (const message of options.start(signal)) {
      heard();
      last = message;
      options.onProgress?.(progressOf(message));
    }
  } finally {
    clearTimeout(timer);
  }
  if (last === undefined || last.state === 'RUNNING') throw noResult(options.call, options.address);
  if (last.state !== 'SUCCEEDED') throw operationFailed(last, options);
  return last;
};

const progressOf = (message: OperationMessage): StepProgress => ({
  phase: message.phase,
  filesDone: Number(message.filesDone),
  filesTotal: Number(message.filesTotal),
  bytesDone: Number(message.bytesDone),
  bytesTotal: Number(message.bytesTotal),
});

const silent = (options: FollowOptions): AmiPublisherError =>
  new AmiPublisherError('UNPACKER_UNREACHABLE', {
    message: `unpacker:${options.call} at ${options.address} has been silent for ${options.silenceMs / 1000} s`,
    call: `unpacker:${options.call}`,
    resource: options.address,
    retryable: true,
    remedy: 'look at the log of the unpacker',
  });

const noResult = (call: string, address: string): AmiPublisherError =>
  new AmiPublisherError('UNPACKER_FAILED', {
    message: `unpacker:${call} at ${address} ended without a result`,
    call: `unpacker:${call}`,
    resource: address,
    retryable: true,
  });

const operationFailed = (message: OperationMessage, options: FollowOptions): AmiPublisherError => {
  const reported = message.error?.code ?? '';
  const code: ErrorCode = Object.hasOwn(errorCodes, reported) ? (reported as ErrorCode) : 'UNPACKER_FAILED';
  return new AmiPublisherError(code, {
    message: `unpacker:${options.call} at ${options.address}: ${message.error?.message || message.state.toLowerCase()}`,
    call: `unpacker:${options.call}`,
    resource: message.stream,
  });
};
