import { isDeepStrictEqual } from 'node:util';
import { AmiPublisherError, type Clock, type Logger } from '@ami-publisher/base';
import type { ChangeNotifier } from '@ami-publisher/daemon';
import type { Device, Driver, VolumeContents } from './driver/driver.js';
import type { StateStore } from './state/state-store.js';

/** A device as it was last seen. */
export interface DeviceView {
  readonly device: Device;
  readonly contents: VolumeContents;
  /** What has been done with the volume since: nothing, a scan, or a whole update. */
  readonly readiness: 'unknown' | 'scanned' | 'unpacked';
}

export interface DeviceTableOptions {
  readonly driver: Driver;
  readonly store: StateStore;
  readonly notifier: ChangeNotifier;
  readonly clock: Clock;
  readonly logger: Logger;
}

const presenceIntervalMs = 5_000;
const arrivalIntervalMs = 200;
/** A look at all devices that takes longer hangs, ms. */
const watchLimitMs = 300_000;

/** The attached devices among those recorded. Views are replaced, never changed, so that readers need no lock. */
export class DeviceTable {
  readonly #options: DeviceTableOptions;
  readonly #views = new Map<string, DeviceView>();
  #watchedAt = Number.POSITIVE_INFINITY;

  constructor(options: DeviceTableOptions) {
    this.#options = options;
  }

  /** @returns undefined while the device is not attached. */
  view(deviceId: string): DeviceView | undefined {
    return this.#views.get(deviceId);
  }

  /**
   * Finds a recorded device anew, since its place may have changed since the last call.
   *
   * @throws `DEVICE_NOT_FOUND` if it is not attached.
   */
  async locate(deviceId: string, signal?: AbortSignal): Promise<DeviceView> {
    const view = await this.#refresh(deviceId, signal);
    if (view !== undefined) return view;
    throw new AmiPublisherError('DEVICE_NOT_FOUND', {
      message: `volume ${deviceId} is not attached to this unpacker`,
      resource: deviceId,
      remedy: 'attach it again; it is used as soon as it shows up',
    });
  }

  /**
   * Waits until a device shows up, recorded or not.
   *
   * @throws `DEVICE_NOT_FOUND` after `timeoutMs`.
   */
  async arrival(
    deviceId: string,
    options: {
      readonly hint?: string | undefined;
      readonly timeoutMs: number;
      readonly signal?: AbortSignal;
    },
  ): Promise<Device> {
    const { clock, driver } = this.#options;
    const deadline = clock.now() + options.timeoutMs;
    for (;;) {
      const device = await driver.find(deviceId, options);
      if (device !== undefined) return device;
      if (clock.now() >= deadline) throw notArrived(deviceId, options.timeoutMs);
      await clock.sleep(Math.min(arrivalIntervalMs, deadline - clock.now()), options.signal);
    }
  }

  /** Reads again what the volume holds. */
  async inspect(device: Device, readiness: DeviceView['readiness']): Promise<DeviceView> {
    const view: DeviceView = { device, contents: await this.#options.driver.inspect(device), readiness };
    const before = this.#views.get(device.id);
    if (isDeepStrictEqual(view, before)) return view;
    this.#views.set(device.id, view);
    this.#options.notifier.notify();
    return view;
  }

  drop(deviceId: string): void {
    this.#views.delete(deviceId);
    this.#options.notifier.notify();
  }

  /** Looks at every recorded device once. One that cannot be read counts as absent. */
  async refreshAll(runAlone: RunAlone): Promise<void> {
    for (const { id } of this.#options.store.current.devices.values()) {
      await runAlone(id, () => this.#refreshQuietly(id));
    }
  }

  /** Notices devices that go and come back, until the signal aborts. */
  async watch(runAlone: RunAlone, signal: AbortSignal): Promise<void> {
    for (;;) {
      this.#watchedAt = this.#options.clock.now();
      const stopped = await this.#options.clock.sleep(presenceIntervalMs, signal).then(
        () => false,
        () => true,
      );
      if (stopped) return;
      await this.refreshAll(runAlone);
    }
  }

  /** @throws `UNPACKER_FAILED` if the devices have not been looked at for long. */
  checkWatch(): void {
    const silentMs = this.#options.clock.now() - this.#watchedAt;
    if (silentMs < watchLimitMs) return;
    throw new AmiPublisherError('UNPACKER_FAILED', {
      message: `the devices have not been looked at for ${Math.round(silentMs / 1000)} s`,
      remedy: 'restart the daemon',
    });
  }

  async #refreshQuietly(deviceId: string): Promise<void> {
    try {
      await this.#refresh(deviceId);
    } catch (error) {
      this.#options.logger.error('cannot read a device', { device: deviceId, error });
      this.drop(deviceId);
    }
  }

  async #refresh(deviceId: string, signal?: AbortSignal): Promise<DeviceView | undefined> {
    const { driver, store, logger } = this.#options;
    const hint = store.current.devices.get(deviceId)?.hint;
    const device = await driver.find(deviceId, { hint, signal });
    const before = this.#views.get(deviceId);
    if (device === undefined) {
      if (before !== undefined) {
        logger.warn('a device is gone', { device: deviceId });
        this.drop(deviceId);
      }
      return undefined;
    }
    const view = await this.inspect(device, before?.readiness ?? 'unknown');
    return before === undefined || isUntouched(before, view) ? view : this.inspect(device, 'unknown');
  }
}

/** Runs a task while nothing else works on a device; may leave it out if something does. */
export type RunAlone = (deviceId: string, task: () => Promise<void>) => Promise<void>;

/** Whether the volume is where it was and holds what it held. */
const isUntouched = (before: DeviceView, now: DeviceView): boolean =>
  before.device.path === now.device.path && isDeepStrictEqual(before.contents, now.contents);

const notArrived = (deviceId: string, timeoutMs: number): AmiPublisherError =>
  new AmiPublisherError('DEVICE_NOT_FOUND', {
    message: `volume ${deviceId} did not show up within ${timeoutMs} ms`,
    resource: deviceId,
    remedy: 'check that it is attached to this instance, then try again',
  });
