import { AmiPublisherError, type Clock, type Deadlines } from '@ami-publisher/base';
import type { OperationOptions, UnpackerClient } from '@ami-publisher/core';
import type { CallGate } from '../faults/call-gate.js';
import { ConnectionClosed } from '../faults/connection-closed.js';
import { refusalOfUnpacker, unpackerUnreachable } from '../faults/unpacker-refusals.js';
import type { Place } from '../model/region-state.js';
import { awaitAnswer } from '../model-front/await-answer.js';
import { addDevice, associateStream, growDevice, removeDevice } from './device-calls.js';
import type { ModelUnpacker, UnpackerProcess } from './model-unpacker.js';
import {
  confirmCapture,
  type LongCall,
  prepareForCapture,
  prepareForUnpack,
  unpackImage,
} from './operation-calls.js';
import { acquireLease, releaseLease, renewLease } from './stream-record.js';

export interface ModelClientOptions {
  readonly place: Place;
  readonly address: string;
  readonly gate: CallGate;
  readonly clock: Clock;
  readonly deadlines: Deadlines;
  /** Undefined where nothing listens. */
  readonly unpacker: ModelUnpacker | undefined;
}

/** How long the client over gRPC waits for an answer, ms. */
const timeoutsMs: Readonly<Record<string, number>> = {
  GetStatus: 10_000,
  AddDevice: 70_000,
  GrowDevice: 120_000,
};
const defaultTimeoutMs = 30_000;

type Serve<T> = (unpacker: ModelUnpacker, process: UnpackerProcess) => Promise<T>;

interface CallOptions {
  readonly signal?: AbortSignal | undefined;
}

/** A client of one unpacker of the model, with the errors of the client over gRPC. */
export const createModelUnpackerClient = (options: ModelClientOptions): UnpackerClient => {
  const call = <T>(name: string, serve: Serve<T>, callOptions: CallOptions = {}) =>
    request(options, name, callOptions, serve);
  const long = <T>(
    name: string,
    id: string,
    lease: LongCall['lease'],
    serve: (unpacker: ModelUnpacker, process: UnpackerProcess, call: LongCall) => Promise<T>,
    { signal, onProgress }: OperationOptions = {},
  ) =>
    request(options, name, { signal }, (unpacker, process, heard) =>
      serve(unpacker, process, {
        id,
        lease,
        onProgress: (progress) => {
          heard();
          onProgress?.(progress);
        },
      }),
    );
  const now = () => options.clock.now();
  return {
    status: (opt) => call('GetStatus', async (unpacker, process) => unpacker.status(process), opt),
    createStream: (stream, opt) =>
      call('CreateStream', async (unpacker) => unpacker.createStream(stream), opt),
    acquireLease: (stream, publication, holder, opt) =>
      call(
        'AcquireLease',
        async (unpacker) => acquireLease(unpacker.stream(stream), publication, holder, now()),
        opt,
      ),
    renewLease: (lease, opt) =>
      call('RenewLease', async (unpacker) => renewLease(unpacker.stream(lease.stream), lease, now()), opt),
    releaseLease: (lease, opt) =>
      call('ReleaseLease', async (unpacker) => releaseLease(unpacker.stream(lease.stream), lease), opt),
    addDevice: (device, lease, opt) =>
      call('AddDevice', (unpacker, process) => addDevice(unpacker, process, device, lease), opt),
    associateStream: (device, lease, opt) =>
      call('AssociateStream', (unpacker, process) => associateStream(unpacker, process, device, lease), opt),
    growDevice: (deviceId, sizeBytes, lease, opt) =>
      call(
        'GrowDevice',
        (unpacker, process) => growDevice(unpacker, process, deviceId, sizeBytes, lease),
        opt,
      ),
    removeDevice: (deviceId, lease, opt) =>
      call('RemoveDevice', (unpacker, process) => removeDevice(unpacker, process, deviceId, lease), opt),
    prepareForUnpack: async (id, lease, opt) => {
      await long('PrepareForUnpack', id, lease, prepareForUnpack, opt);
    },
    unpackImage: async (id, image, lease, opt) => {
      const unpack: typeof prepareForUnpack = (unpacker, process, longCall) =>
        unpackImage(unpacker, process, longCall, image);
      const { unpacked } = await long('UnpackImage', id, lease, unpack, opt);
      return present(unpacked, 'UnpackImage', options.address);
    },
    prepareForCapture: async (id, lease, opt) => {
      const { captured } = await long('PrepareForCapture', id, lease, prepareForCapture, opt);
      return present(captured, 'PrepareForCapture', options.address);
    },
    confirmCapture: (generation, lease, opt) =>
      call(
        'ConfirmCapture',
        (unpacker, process) => confirmCapture(unpacker, process, generation, lease),
        opt,
      ),
    close: () => undefined,
  };
};

const request = async <T>(
  { address, deadlines, gate, place, unpacker }: ModelClientOptions,
  name: string,
  { signal }: CallOptions,
  serve: (unpacker: ModelUnpacker, process: UnpackerProcess, heard: () => void) => Promise<T>,
): Promise<T> => {
  const call = `unpacker:${name}`;
  const timeoutMs = timeoutsMs[name] ?? defaultTimeoutMs;
  const answer = { deadlines, signal, timeoutMs, timedOut: () => timedOut(call, address) };
  try {
    return await awaitAnswer(answer, (gone, heard) =>
      gate.run({
        site: { account: place.accountId, region: place.region, action: call },
        apply: async () => {
          if (unpacker === undefined) throw new ConnectionClosed();
          return unpacker.serve((process) => serve(unpacker, process, heard));
        },
        refuse: (fault) => refusalOfUnpacker(fault, call, address),
        signal: gone,
      }),
    );
  } catch (reason) {
    if (reason instanceof ConnectionClosed) throw unpackerUnreachable(call, address, reason.message, reason);
    throw reason;
  }
};

const timedOut = (call: string, address: string): AmiPublisherError =>
  new AmiPublisherError('TIMED_OUT', {
    message: `${call} at ${address} did not answer in time`,
    call,
    resource: address,
    remedy: 'look at the log of the daemon there, then try again',
  });

const present = <T>(value: T | undefined, call: string, address: string): T => {
  if (value !== undefined) return value;
  throw new AmiPublisherError('UNPACKER_FAILED', {
    message: `unpacker:${call} at ${address} ended without a result`,
    call: `unpacker:${call}`,
    resource: address,
    retryable: true,
  });
};
