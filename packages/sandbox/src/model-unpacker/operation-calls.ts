import { AmiPublisherError } from '@ami-publisher/base';
import type { LeaseRef, StepProgress } from '@ami-publisher/core';
import type { ModelUnpacker, UnpackerProcess } from './model-unpacker.js';
import type { OperationRequest, RunningOperation } from './operations.js';
import { checkLease, type OperationResult, type StreamRecord } from './stream-record.js';

type Work = (
  stream: StreamRecord,
  volumeId: string,
  report: (progress: StepProgress) => void,
  signal: AbortSignal,
) => Promise<OperationResult>;

/** A long call as it comes in. */
export interface LongCall {
  readonly id: string;
  readonly lease: LeaseRef;
  readonly onProgress: (progress: StepProgress) => void;
}

/** What a long call asks for, and how it is done. */
interface Asked extends Pick<OperationRequest, 'call' | 'request' | 'stillHolds'> {
  readonly work: Work;
}

/** Begins or joins a long call and follows it. @throws `LEASE_LOST`, `STREAM_NOT_FOUND`, `INVALID_OPTION`, what it ends with */
const follow = (
  unpacker: ModelUnpacker,
  { operations }: UnpackerProcess,
  { id, lease, onProgress }: LongCall,
  { work, ...asked }: Asked,
): Promise<OperationResult> => {
  const stream = unpacker.stream(lease.stream);
  checkLease(stream, lease, unpacker.parts.clock.now());
  const run: OperationRequest['run'] = (report, signal) => {
    const record = unpacker.stream(lease.stream);
    return work(record, unpacker.volumeOf(record), report, signal);
  };
  const operation = operations.start(stream, { ...asked, id, lease, run });
  if (!isRunning(operation)) return Promise.resolve(operation);
  operation.followers.add(onProgress);
  onProgress(operation.progress);
  return operation.done.finally(() => operation.followers.delete(onProgress));
};

const isRunning = (operation: RunningOperation | OperationResult): operation is RunningOperation =>
  'done' in operation;

const contentOf = (unpacker: ModelUnpacker, { work }: UnpackerProcess, { lease }: LongCall) =>
  work.content(unpacker.stream(lease.stream).deviceId ?? '');

export const prepareForUnpack = (unpacker: ModelUnpacker, process: UnpackerProcess, call: LongCall) =>
  follow(unpacker, process, call, {
    call: 'PrepareForUnpack',
    request: '',
    stillHolds: () => process.work.readiness(unpacker.stream(call.lease.stream).deviceId ?? '') !== undefined,
    work: async (stream, volumeId, report, signal) => {
      await process.work.prepare(stream, volumeId, report, signal);
      return {};
    },
  });

export const unpackImage = (
  unpacker: ModelUnpacker,
  process: UnpackerProcess,
  call: LongCall,
  image: { readonly leaf: string; readonly manifestDigest: string },
) =>
  follow(unpacker, process, call, {
    call: 'UnpackImage',
    request: `${image.leaf} ${image.manifestDigest}`,
    stillHolds: () => {
      const content = contentOf(unpacker, process, call);
      return content.kind === 'image' && content.manifestDigest === image.manifestDigest;
    },
    work: async (stream, volumeId, report, signal) => ({
      unpacked: await process.work.unpack(stream, volumeId, image, report, signal),
    }),
  });

export const prepareForCapture = (unpacker: ModelUnpacker, process: UnpackerProcess, call: LongCall) =>
  follow(unpacker, process, call, {
    call: 'PrepareForCapture',
    request: '',
    stillHolds: ({ captured }) => {
      const content = contentOf(unpacker, process, call);
      return content.kind === 'image' && content.sealed && content.generation === captured?.generation;
    },
    work: async (_stream, volumeId, report, signal) => ({
      captured: await process.work.seal(volumeId, report, signal),
    }),
  });

/** @throws `CAPTURE_NOT_CONFIRMED` unless the volume has been sealed at the generation ever since. */
export const confirmCapture = async (
  unpacker: ModelUnpacker,
  process: UnpackerProcess,
  generation: number,
  lease: LeaseRef,
): Promise<void> => {
  const running = process.operations.runningOn(lease.stream);
  checkLease(unpacker.stream(lease.stream), lease, unpacker.parts.clock.now());
  if (running !== undefined) throw notConfirmed(lease.stream, generation, `${running.call} is running`);
  await unpacker.underLease(process, lease, async (stream) => {
    const volumeId = unpacker.volumeOf(stream);
    const content = process.work.content(volumeId);
    if (content.kind === 'image' && content.sealed && content.generation === generation) return;
    throw notConfirmed(volumeId, generation, `it is ${JSON.stringify(content)}`);
  });
};

const notConfirmed = (resource: string, generation: number, found: string): AmiPublisherError =>
  new AmiPublisherError('CAPTURE_NOT_CONFIRMED', {
    message: `${resource} is not sealed at generation ${generation}: ${found}`,
    resource,
    remedy: 'delete the snapshot and take the capture again',
  });
