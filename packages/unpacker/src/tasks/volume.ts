import { AmiPublisherError } from '@ami-publisher/base';
import type { DeviceView } from '../devices.js';
import type { VolumeContents } from '../driver/driver.js';
import { streamOf } from '../state/state-store.js';
import type { Unpacker } from '../unpacker.js';

/**
 * The volume of a stream, found and read anew.
 *
 * @throws `DEVICE_NOT_FOUND` if the stream has none or it is not attached, `DEVICE_IN_USE` if something else is on it.
 */
export const volumeOf = async (
  unpacker: Unpacker,
  stream: string,
  signal: AbortSignal,
): Promise<DeviceView> => {
  const { deviceId } = streamOf(unpacker.store.current, stream);
  if (deviceId === undefined) throw noDevice(stream);
  const view = await unpacker.devices.locate(deviceId, signal);
  if (!isOwn(view.contents, stream)) throw foreignVolume(deviceId, stream, view.contents);
  return view;
};

/** The volume of a stream as it was last seen, without looking again; undefined if it has none or it is gone. */
export const seenVolumeOf = (unpacker: Unpacker, stream: string): DeviceView | undefined => {
  const { deviceId } = streamOf(unpacker.store.current, stream);
  return deviceId === undefined ? undefined : unpacker.devices.view(deviceId);
};

/** Whether a stream can use a volume as it is. */
export const isOwn = (contents: VolumeContents, stream: string): boolean => {
  if (contents.kind === 'blank') return true;
  return contents.kind !== 'foreign' && contents.stream === stream;
};

/** The error of a volume that holds what its stream did not put there. */
export const foreignVolume = (
  deviceId: string,
  stream: string,
  contents: VolumeContents,
): AmiPublisherError => {
  const held = 'stream' in contents ? `data of stream ${contents.stream}` : 'data of other origin';
  return new AmiPublisherError('DEVICE_IN_USE', {
    message: `volume ${deviceId} holds ${held}; stream ${stream} cannot have it as it is`,
    resource: deviceId,
    remedy:
      'use a new volume, or give its content up: forget the stream that has it, or claim it with force and associate it',
  });
};

/** The generation that the next write to a volume gets: above all that the stream and the volume have had. */
export const nextGeneration = (unpacker: Unpacker, stream: string, contents: VolumeContents): number =>
  Math.max(streamOf(unpacker.store.current, stream).generation, generationOf(contents)) + 1;

export const generationOf = (contents: VolumeContents): number =>
  'generation' in contents ? contents.generation : 0;

/** Opens a sealed volume for writing; leaves any other as it is. */
export const unsealed = async (unpacker: Unpacker, stream: string, view: DeviceView): Promise<DeviceView> => {
  if (view.contents.kind !== 'image' || !view.contents.sealed) return view;
  await unpacker.driver.unseal(view.device, nextGeneration(unpacker, stream, view.contents));
  return inspected(unpacker, stream, view, 'unknown');
};

/** Reads a volume again after work on it, and remembers its generation. */
export const inspected = async (
  unpacker: Unpacker,
  stream: string,
  { device }: DeviceView,
  readiness: DeviceView['readiness'],
): Promise<DeviceView> => {
  const view = await unpacker.devices.inspect(device, readiness);
  const generation = generationOf(view.contents);
  if (generation > streamOf(unpacker.store.current, stream).generation) {
    await unpacker.store.commitStream(stream, (record) => ({
      ...record,
      generation: Math.max(record.generation, generation),
    }));
  }
  return view;
};

const noDevice = (stream: string): AmiPublisherError =>
  new AmiPublisherError('DEVICE_NOT_FOUND', {
    message: `stream ${stream} has no volume`,
    resource: stream,
    remedy: 'attach one and add it with AddDevice',
  });
