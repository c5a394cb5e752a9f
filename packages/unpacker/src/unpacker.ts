import type { Clock, Logger } from '@ami-publisher/base';
import { ChangeNotifier } from '@ami-publisher/daemon';
import { DeviceTable } from './devices.js';
import type { Driver } from './driver/driver.js';
import type { Exporter } from './export/exporter.js';
import type { ConnectImageServer } from './image-server.js';
import { checkLease } from './leases.js';
import type { StreamClaim } from './names.js';
import { OperationTable } from './operations/operation-table.js';
import { Pace } from './operations/pace.js';
import type { OperationRecord } from './state/model.js';
import { StateStore, streamOf } from './state/state-store.js';
import { SerialQueue } from './streams/serial-queue.js';
import { StreamQueues } from './streams/stream-queues.js';

export interface UnpackerParts {
  readonly driver: Driver;
  readonly exporter: Exporter;
  readonly stateDirectory: string;
  readonly connectImageServer: ConnectImageServer;
  /** How long UnpackImage waits for an image that its server does not have yet, ms. */
  readonly imageWaitMs: number;
  /** Called with the outcome of each operation. @default nobody */
  readonly onOperationEnd?: ((record: OperationRecord) => void) | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** What the calls of the service work with. */
export class Unpacker {
  readonly driver: Driver;
  readonly exporter: Exporter;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly connectImageServer: ConnectImageServer;
  readonly imageWaitMs: number;
  readonly store: StateStore;
  readonly notifier: ChangeNotifier;
  readonly devices: DeviceTable;
  readonly operations: OperationTable;
  /** How fast the operations go that run. */
  readonly pace = new Pace();
  readonly queues = new StreamQueues();
  /** Taken inside a stream's turn while devices are bound, so that no device gets two ids or two streams. */
  readonly binding = new SerialQueue('devices');
  /** Streams whose volumes are read out by a caller. */
  readonly transferring = new Set<string>();
  readonly startedAt: number;
  /**
   * Milliseconds since the Unix epoch; 0 = not draining. Not kept over a restart, since an instance that was drained to be stopped must
   * serve when it is started again.
   */
  drainingUntil = 0;
  /** Whether the daemon is about to end. */
  isStopping = false;
  #lastUsedAt: number;

  private constructor(parts: UnpackerParts, store: StateStore, notifier: ChangeNotifier) {
    this.driver = parts.driver;
    this.exporter = parts.exporter;
    this.clock = parts.clock;
    this.logger = parts.logger;
    this.connectImageServer = parts.connectImageServer;
    this.imageWaitMs = parts.imageWaitMs;
    this.store = store;
    this.notifier = notifier;
    this.startedAt = parts.clock.now();
    this.#lastUsedAt = this.startedAt;
    const common = { store, clock: parts.clock, logger: parts.logger };
    this.devices = new DeviceTable({ ...common, notifier, driver: parts.driver });
    this.operations = new OperationTable({
      ...common,
      queues: this.queues,
      onChange: () => {
        this.touch();
        const running = this.operations.running.map(({ record }) => record);
        this.pace.observe(running, parts.clock.now());
        notifier.notify();
      },
      onEnd: parts.onOperationEnd ?? (() => {}),
    });
  }

  /**
   * Reads the state and finds out what became of it: operations that were cut short, devices that moved or are gone.
   *
   * @throws `STATE_DAMAGED`.
   */
  static async open(parts: UnpackerParts): Promise<Unpacker> {
    const notifier = new ChangeNotifier();
    const store = await StateStore.open({
      directory: parts.stateDirectory,
      notifier,
      logger: parts.logger,
    });
    const unpacker = new Unpacker(parts, store, notifier);
    await unpacker.operations.recover();
    await unpacker.devices.refreshAll((_deviceId, task) => task());
    return unpacker;
  }

  /** Follows the devices until the signal aborts. */
  watchDevices(signal: AbortSignal): Promise<void> {
    return this.devices.watch(async (deviceId, task) => {
      const stream = this.streamNameOf(deviceId);
      if (stream === undefined) await this.binding.run(() => this.#whileFree(deviceId, task));
      else if (this.queues.isIdle(stream)) await this.queues.run(stream, task);
    }, signal);
  }

  async #whileFree(deviceId: string, task: () => Promise<void>): Promise<void> {
    if (this.streamNameOf(deviceId) === undefined) await task();
  }

  /** The stream that a device is bound to. */
  streamNameOf(deviceId: string): string | undefined {
    for (const stream of this.store.current.streams.values()) {
      if (stream.deviceId === deviceId) return stream.name;
    }
    return undefined;
  }

  /** @throws `LEASE_LOST`, `STREAM_NOT_FOUND`. */
  checkLease(claim: StreamClaim): void {
    checkLease(streamOf(this.store.current, claim.stream), claim, this.clock.now());
  }

  /** Runs a short call on a stream when its turn comes, under a lease that must be good then too. */
  underLease<T>(claim: StreamClaim, signal: AbortSignal, task: () => Promise<T>): Promise<T> {
    this.checkLease(claim);
    return this.queues.run(
      claim.stream,
      () => {
        this.checkLease(claim);
        return task();
      },
      signal,
    );
  }

  /**
   * Waits for a stream's turn under a lease, and keeps it for a caller that works in steps of its own.
   *
   * @returns ends the turn.
   */
  holdTurn(claim: StreamClaim, signal: AbortSignal): Promise<() => void> {
    return new Promise((resolve, reject) => {
      this.underLease(claim, signal, () => new Promise<void>((end) => resolve(end))).catch(reject);
    });
  }

  /** Why no new work is taken; empty while it is. */
  get notReady(): string {
    if (this.isStopping) return 'stopping';
    if (this.drainingUntil <= this.clock.now()) return '';
    return `draining until ${new Date(this.drainingUntil).toISOString()}`;
  }

  /** Notes that the volume of a stream begins, or ceases, to be read out by a caller. */
  markTransfer(stream: string, isUnderWay: boolean): void {
    if (isUnderWay) this.transferring.add(stream);
    else this.transferring.delete(stream);
    this.touch();
    this.notifier.notify();
  }

  /** Notes that somebody uses this unpacker. */
  touch(): void {
    this.#lastUsedAt = this.clock.now();
  }

  /** Names of what this unpacker can do beyond publishing. */
  get capabilities(): readonly string[] {
    const { driver, exporter } = this;
    const raw =
      driver.rawPath === undefined ? [] : ['raw', ...exporter.formats.map((name) => `export:${name}`)];
    return [`driver:${driver.name}`, ...raw];
  }

  /** Milliseconds since the Unix epoch. */
  get lastUsedAt(): number {
    return this.#lastUsedAt;
  }
}
