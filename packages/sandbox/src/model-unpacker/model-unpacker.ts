import { setMaxListeners } from 'node:events';
import { AmiPublisherError } from '@ami-publisher/base';
import type { LeaseRef, UnpackerStatus } from '@ami-publisher/core';
import { ConnectionClosed } from '../faults/connection-closed.js';
import type { OfferedVolume } from './offer-call.js';
import { Operations } from './operations.js';
import { statusOf } from './status.js';
import { checkLease, liveLease, newStream, type StreamRecord } from './stream-record.js';
import { VolumeWork, type VolumeWorkParts } from './volume-work.js';

export interface ModelUnpackerParts extends VolumeWorkParts {
  /** Ids of the volumes that are attached to the instance. */
  readonly attached: ReadonlySet<string>;
}

/** All that a crash takes along. */
export interface UnpackerProcess {
  readonly operations: Operations;
  readonly work: VolumeWork;
  readonly ended: AbortController;
}

const unlimited = (): AbortController => {
  const controller = new AbortController();
  setMaxListeners(0, controller.signal);
  return controller;
};

/** The unpacker of one instance: what it remembers, and the process that works while it is up. */
export class ModelUnpacker {
  readonly parts: ModelUnpackerParts;
  /** Kept over crashes. */
  readonly streams = new Map<string, StreamRecord>();
  /** Volumes that it may use, kept over crashes: the names of each one's KMS key, by volume id. */
  readonly devices = new Map<string, readonly string[]>();
  /** Volumes that can be fetched, by ticket. */
  readonly offers = new Map<string, OfferedVolume>();
  #process: UnpackerProcess | undefined;
  /** What ends the calls that are under way. */
  readonly #connections = new Set<(reason: ConnectionClosed) => void>();
  /** Ends the wait for a restart that is no longer wanted. */
  #restarting = new AbortController();
  #reachableAt = 0;
  #lastUsedAt: number;
  /** As in the daemon, not kept over a restart. */
  #drainingUntil = 0;

  constructor(parts: ModelUnpackerParts) {
    this.parts = parts;
    this.#lastUsedAt = parts.clock.now();
  }

  /** Brings the process up; what was cut short stays so until it is asked for again. */
  start(): void {
    const ended = unlimited();
    const work = new VolumeWork(this.parts);
    this.#process ??= { operations: new Operations(ended.signal), work, ended };
  }

  /** Ends the process: operations are cut short, volumes stay half-written, connections break. */
  stop(): void {
    this.#restarting.abort();
    this.#process?.ended.abort(new ConnectionClosed());
    this.#process = undefined;
    this.#drainingUntil = 0;
    this.#breakConnections();
  }

  /** Ends the process as a crash would; it comes up again by itself. */
  crash(): void {
    if (this.#process === undefined) return;
    const { clock, figures } = this.parts;
    this.stop();
    this.#restarting = new AbortController();
    clock.sleep(figures.restartMs, this.#restarting.signal).then(
      () => this.start(),
      () => {
        // The instance was stopped meanwhile.
      },
    );
  }

  /** Breaks all connections, and takes none for a while. Operations go on. */
  disconnect(ms = 0): void {
    this.#reachableAt = this.parts.clock.now() + ms;
    this.#breakConnections();
  }

  /**
   * Serves one call.
   *
   * @param isUse whether it counts as use; calls that only look do not
   * @throws what the call throws; {@link ConnectionClosed} if the process is not up, ends, or the connection breaks.
   */
  async serve<T>(call: (process: UnpackerProcess) => Promise<T>, isUse: boolean): Promise<T> {
    const { clock, figures } = this.parts;
    await this.#whileConnected(clock.sleep(figures.callMs));
    if (this.#process === undefined || clock.now() < this.#reachableAt) throw new ConnectionClosed();
    const process = this.#process;
    if (!isUse) return this.#whileConnected(call(process));
    this.#lastUsedAt = clock.now();
    return this.#whileConnected(
      call(process).finally(() => {
        this.#lastUsedAt = clock.now();
      }),
    );
  }

  status(process: UnpackerProcess): UnpackerStatus {
    const isBusy = this.#busyStreams(process).length > 0;
    return statusOf(this, process, isBusy ? this.parts.clock.now() : this.#lastUsedAt);
  }

  /** What calls have made of it; all of it, but how it was asked last. */
  memory(): object {
    const { streams, devices, parts } = this;
    const isUp = this.#process !== undefined;
    const volumes = new Map([...parts.attached].map((id) => [id, parts.storage.content(id)]));
    return { streams, devices, volumes, isUp, drainingUntil: this.#drainingUntil };
  }

  /** Takes no new work for a while; 0 ends that. @returns the streams that are worked on */
  drain(process: UnpackerProcess, durationMs: number): string[] {
    this.#drainingUntil = durationMs === 0 ? 0 : this.parts.clock.now() + durationMs;
    return this.#busyStreams(process);
  }

  /** @throws `DRAINING`, unless the publication has the stream's lease already. */
  refuseWhileDraining(name: string, publication: string): void {
    const now = this.parts.clock.now();
    const stream = this.streams.get(name);
    const holder = stream && liveLease(stream, now)?.publication;
    if (this.#drainingUntil <= now || holder === publication) return;
    const until = new Date(this.#drainingUntil).toISOString();
    throw new AmiPublisherError('DRAINING', {
      message: `this unpacker takes no new work: draining until ${until}`,
      resource: name,
      remedy:
        'wait until it has been restarted or replaced, or end the draining with Drain and a duration of 0',
    });
  }

  /** @throws `STREAM_NOT_FOUND` */
  stream(name: string): StreamRecord {
    const stream = this.streams.get(name);
    if (stream !== undefined) return stream;
    throw new AmiPublisherError('STREAM_NOT_FOUND', {
      message: `this unpacker has no stream ${name}`,
      resource: name,
      remedy: 'create it with CreateStream',
    });
  }

  createStream(name: string): void {
    if (!this.streams.has(name)) this.streams.set(name, newStream(name));
  }

  /** The stream that has a device. */
  streamOf(deviceId: string): StreamRecord | undefined {
    return [...this.streams.values()].find((stream) => stream.deviceId === deviceId);
  }

  /** Runs a short call on a stream in its turn, under a lease that must be good then too. @throws `LEASE_LOST` */
  async underLease<T>(
    { operations }: UnpackerProcess,
    lease: LeaseRef,
    task: (stream: StreamRecord) => Promise<T>,
  ): Promise<T> {
    const stream = this.stream(lease.stream);
    checkLease(stream, lease, this.parts.clock.now());
    return operations.inTurn(stream.name, () => {
      checkLease(stream, lease, this.parts.clock.now());
      return task(stream);
    });
  }

  /** The volume of a stream. @throws `DEVICE_NOT_FOUND` if it has none, or it is not attached. */
  volumeOf(stream: StreamRecord): string {
    const { deviceId } = stream;
    if (deviceId !== undefined && this.parts.attached.has(deviceId)) return deviceId;
    throw new AmiPublisherError('DEVICE_NOT_FOUND', {
      message:
        deviceId === undefined
          ? `stream ${stream.name} has no volume`
          : `volume ${deviceId} is not attached to this unpacker`,
      resource: deviceId ?? stream.name,
      remedy: 'attach one and add it with AddDevice',
    });
  }

  #busyStreams({ operations }: UnpackerProcess): string[] {
    const now = this.parts.clock.now();
    const isBusy = (stream: StreamRecord) =>
      liveLease(stream, now) !== undefined || operations.runningOn(stream.name) !== undefined;
    return [...this.streams.values()].filter(isBusy).map(({ name }) => name);
  }

  #breakConnections(): void {
    for (const close of this.#connections) close(new ConnectionClosed());
    this.#connections.clear();
  }

  #whileConnected<T>(work: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#connections.add(reject);
      work.then(
        (result) => {
          this.#connections.delete(reject);
          resolve(result);
        },
        (reason: unknown) => {
          this.#connections.delete(reject);
          reject(reason);
        },
      );
    });
  }
}
