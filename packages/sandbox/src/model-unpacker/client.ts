import { AmiPublisherError, type Clock, type Deadlines } from '@ami-publisher/base';
import type { LeaseRef, OperationOptions, RawOffer, StreamDevice, UnpackerClient } from '@ami-publisher/core';
import type { CallGate } from '../faults/call-gate.js';
import { ConnectionClosed } from '../faults/connection-closed.js';
import { refusalOfUnpacker, unpackerUnreachable } from '../faults/unpacker-refusals.js';
import type { Place } from '../model/region-state.js';
import { type AwaitedCall, awaitAnswer } from '../model-front/await-answer.js';
import { addDevice, associateStream, growDevice, removeDevice } from './device-calls.js';
import type { ModelUnpacker, UnpackerProcess } from './model-unpacker.js';
import { offerRaw } from './offer-call.js';
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
  'unpacker:GetStatus': 10_000,
  'unpacker:AddDevice': 70_000,
  'unpacker:GrowDevice': 120_000,
};
const defaultTimeoutMs = 30_000;

/** Calls that only look; they are no use of the unpacker. */
const isLook: ReadonlySet<string> = new Set(['unpacker:GetStatus', 'unpacker:Drain']);

type Serve<T> = (unpacker: ModelUnpacker, process: UnpackerProcess, awaited: AwaitedCall<T>) => Promise<T>;

interface CallOptions {
  readonly signal?: AbortSignal | undefined;
}

/** A client of one unpacker of the model, with the errors of the client over gRPC. */
export const createModelUnpackerClient = (options: ModelClientOptions): UnpackerClient =>
  new ModelUnpackerClient(options);

/** A class, as there may be ten thousand at once. */
class ModelUnpackerClient implements UnpackerClient {
  readonly #options: ModelClientOptions;

  constructor(options: ModelClientOptions) {
    this.#options = options;
  }

  status(options?: CallOptions) {
    return this.#call('unpacker:GetStatus', async (unpacker, process) => unpacker.status(process), options);
  }

  createStream(stream: string, options?: CallOptions) {
    return this.#call('unpacker:CreateStream', async (unpacker) => unpacker.createStream(stream), options);
  }

  acquireLease(stream: string, publication: string, holder: string, options?: CallOptions) {
    const acquire: Serve<LeaseRef> = async (unpacker) => {
      unpacker.refuseWhileDraining(stream, publication);
      return acquireLease(unpacker.stream(stream), publication, holder, this.#now());
    };
    return this.#call('unpacker:AcquireLease', acquire, options);
  }

  renewLease(lease: LeaseRef, options?: CallOptions) {
    const renew: Serve<void> = async (unpacker) =>
      renewLease(unpacker.stream(lease.stream), lease, this.#now());
    return this.#call('unpacker:RenewLease', renew, options);
  }

  releaseLease(lease: LeaseRef, options?: CallOptions) {
    const release: Serve<void> = async (unpacker) => releaseLease(unpacker.stream(lease.stream), lease);
    return this.#call('unpacker:ReleaseLease', release, options);
  }

  drain(durationMs: number, options?: CallOptions) {
    const drain: Serve<readonly string[]> = async (unpacker, process) => unpacker.drain(process, durationMs);
    return this.#call('unpacker:Drain', drain, options);
  }

  whileAttaching<T>(_deviceId: string, attach: () => Promise<T>) {
    return attach();
  }

  addDevice(device: StreamDevice, lease: LeaseRef, options?: CallOptions) {
    const add: Serve<void> = (unpacker, process) => addDevice(unpacker, process, device, lease);
    return this.#call('unpacker:AddDevice', add, options);
  }

  associateStream(device: StreamDevice, lease: LeaseRef, options?: CallOptions) {
    const associate: Serve<void> = (unpacker, process) => associateStream(unpacker, process, device, lease);
    return this.#call('unpacker:AssociateStream', associate, options);
  }

  growDevice(deviceId: string, sizeBytes: number, lease: LeaseRef, options?: CallOptions) {
    const grow: Serve<void> = (unpacker, process) =>
      growDevice(unpacker, process, deviceId, sizeBytes, lease);
    return this.#call('unpacker:GrowDevice', grow, options);
  }

  removeDevice(deviceId: string, lease: LeaseRef, options?: CallOptions) {
    const remove: Serve<void> = (unpacker, process) => removeDevice(unpacker, process, deviceId, lease);
    return this.#call('unpacker:RemoveDevice', remove, options);
  }

  prepareForUnpack(id: string, lease: LeaseRef, options?: OperationOptions) {
    return this.#long('unpacker:PrepareForUnpack', id, lease, prepareForUnpack, options).then(
      () => undefined,
    );
  }

  unpackImage(
    id: string,
    image: { readonly leaf: string; readonly manifestDigest: string },
    lease: LeaseRef,
    options?: OperationOptions,
  ) {
    const unpack: typeof prepareForUnpack = (unpacker, process, call) =>
      unpackImage(unpacker, process, call, image);
    const ended = this.#long('unpacker:UnpackImage', id, lease, unpack, options);
    return ended.then(({ unpacked }) => present(unpacked, 'unpacker:UnpackImage', this.#options.address));
  }

  prepareForCapture(id: string, lease: LeaseRef, options?: OperationOptions) {
    const ended = this.#long('unpacker:PrepareForCapture', id, lease, prepareForCapture, options);
    return ended.then(({ captured }) =>
      present(captured, 'unpacker:PrepareForCapture', this.#options.address),
    );
  }

  confirmCapture(generation: number, lease: LeaseRef, options?: CallOptions) {
    const confirm: Serve<void> = (unpacker, process) => confirmCapture(unpacker, process, generation, lease);
    return this.#call('unpacker:ConfirmCapture', confirm, options);
  }

  offerRaw(take: (offer: RawOffer) => void, lease: LeaseRef, options?: OperationOptions) {
    const offer: Serve<string> = (unpacker, process, awaited) => {
      // It takes as long as whoever fetches the volume.
      awaited.heard();
      return offerRaw(unpacker, process, { lease, take, gone: awaited.gone() });
    };
    return this.#call('unpacker:OfferRaw', offer, options);
  }

  close(): void {}

  #now(): number {
    return this.#options.clock.now();
  }

  #long<T>(
    call: string,
    id: string,
    lease: LeaseRef,
    serve: (unpacker: ModelUnpacker, process: UnpackerProcess, call: LongCall) => Promise<T>,
    { signal, onProgress }: OperationOptions = {},
  ): Promise<T> {
    const follow: Serve<T> = (unpacker, process, awaited) =>
      serve(unpacker, process, {
        id,
        lease,
        onProgress: (progress) => {
          awaited.heard();
          onProgress?.(progress);
        },
      });
    return this.#call(call, follow, { signal });
  }

  #call<T>(call: string, serve: Serve<T>, { signal }: CallOptions = {}): Promise<T> {
    const { address, deadlines, gate, place, unpacker } = this.#options;
    const answer = {
      deadlines,
      signal,
      timeoutMs: timeoutsMs[call] ?? defaultTimeoutMs,
      timedOut: () => timedOut(call, address),
      explain: (reason: unknown) =>
        reason instanceof ConnectionClosed
          ? unpackerUnreachable(call, address, reason.message, reason)
          : reason,
    };
    return awaitAnswer(answer, (awaited) =>
      gate.run({
        site: { account: place.accountId, region: place.region, action: call },
        apply: () =>
          unpacker === undefined
            ? Promise.reject(new ConnectionClosed())
            : unpacker.serve((process) => serve(unpacker, process, awaited), !isLook.has(call)),
        refuse: (fault) => refusalOfUnpacker(fault, call, address),
        signal: awaited.gone,
      }),
    );
  }
}

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
    message: `${call} at ${address} ended without a result`,
    call,
    resource: address,
    retryable: true,
  });
};
