import { AmiPublisherError } from '@ami-publisher/base';
import type { Device } from './driver/driver.js';
import { type DeviceRecord, withDevice, withStream } from './state/model.js';
import { streamOf } from './state/state-store.js';
import { foreignVolume, generationOf, isOwn } from './tasks/volume.js';
import type { Unpacker } from './unpacker.js';

export interface BindOptions {
  readonly stream: string;
  readonly device: Device;
  readonly hint: string;
  readonly kmsKeys: readonly string[];
  /** Whether it was claimed for streams to take: then it has to be recorded still, and content of other origin goes. */
  readonly claimed: boolean;
}

/**
 * Records a device and gives it to a stream in one transaction; the stream's former device becomes free and keeps its content. Called in
 * the stream's turn.
 *
 * @throws `DEVICE_IN_USE` if another stream has it, it is recorded under another id, or something else is on it; `DEVICE_NOT_FOUND` if it
 * was claimed and has been removed since.
 */
export const bindDevice = (unpacker: Unpacker, options: BindOptions): Promise<void> =>
  unpacker.binding.run(async () => {
    const { device, stream, claimed } = options;
    if (claimed) refuseUnrecorded(unpacker, device.id);
    refuseOfOther(unpacker, device.id, stream);
    refuseSecondName(unpacker, device);
    const contents = await usableContents(unpacker, options);
    const former = streamOf(unpacker.store.current, stream).deviceId;
    const formerView = former === undefined ? undefined : unpacker.devices.view(former);
    if (formerView !== undefined) await unpacker.driver.release(formerView.device);
    await unpacker.store.commit((state) => {
      const record = streamOf(state, stream);
      const bound = {
        ...record,
        deviceId: device.id,
        generation: Math.max(record.generation, generationOf(contents)),
      };
      const recorded = {
        id: device.id,
        ...(options.hint !== '' && { hint: options.hint }),
        ...(options.kmsKeys.length > 0 && { kmsKeys: [...options.kmsKeys] }),
      };
      return { state: withStream(withDevice(state, recorded), bound), result: undefined };
    });
    await unpacker.devices.inspect(device, 'unknown');
  });

/** @returns the record of a device that this unpacker knows. */
export const refuseUnrecorded = (unpacker: Unpacker, deviceId: string): DeviceRecord => {
  const record = unpacker.store.current.devices.get(deviceId);
  if (record !== undefined) return record;
  throw new AmiPublisherError('DEVICE_NOT_FOUND', {
    message: `this unpacker does not know volume ${deviceId}`,
    resource: deviceId,
    remedy: 'add it with AddDevice, or claim it with ClaimDevice',
  });
};

/** One device must not be known under two ids. */
export const refuseSecondName = (unpacker: Unpacker, device: Device): void => {
  for (const { id } of unpacker.store.current.devices.values()) {
    if (id !== device.id && unpacker.devices.view(id)?.device.path === device.path) {
      throw new AmiPublisherError('DEVICE_IN_USE', {
        message: `volume ${device.id} is ${device.path}, which is known as volume ${id}`,
        resource: device.id,
        remedy: `check the attachments of this instance, or remove ${id} first`,
      });
    }
  }
};

/** A device must not go from one stream to another. */
export const refuseOfOther = (unpacker: Unpacker, deviceId: string, stream: string | undefined): void => {
  const owner = unpacker.streamNameOf(deviceId);
  if (owner !== undefined && owner !== stream) throw inUse(deviceId, owner);
};

/** The error of a device that another stream has. */
export const inUse = (deviceId: string, owner: string): AmiPublisherError =>
  new AmiPublisherError('DEVICE_IN_USE', {
    message: `volume ${deviceId} belongs to stream ${owner}`,
    resource: deviceId,
    remedy: `use another volume, or forget ${owner} first`,
  });

const usableContents = async (unpacker: Unpacker, { device, stream, claimed }: BindOptions) => {
  const contents = await unpacker.driver.inspect(device);
  if (isOwn(contents, stream)) return contents;
  if (!claimed) throw foreignVolume(device.id, stream, contents);
  await unpacker.driver.forget(device);
  return unpacker.driver.inspect(device);
};
