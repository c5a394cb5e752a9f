import { AmiPublisherError } from '@ami-publisher/base';
import type { ImageLabel } from '../driver/driver.js';
import { notSealable } from '../driver/not-sealable.js';
import type { OperationContext, OperationResult } from '../operations/running-operation.js';
import type { Unpacker } from '../unpacker.js';
import { inspected, volumeOf } from './volume.js';

/** A volume that nothing works on, as one file. */
export interface RawVolume {
  readonly path: string;
  readonly sizeBytes: number;
  readonly label: ImageLabel;
}

/** Lets go of the volume of a stream, so that something else can read its device. */
export const prepareForCopy =
  (unpacker: Unpacker, stream: string) =>
  async ({ signal, report }: OperationContext): Promise<OperationResult> => {
    report({ phase: 'release', filesDone: 0, filesTotal: 0, bytesDone: 0, bytesTotal: 0 });
    await released(unpacker, stream, signal);
    return {};
  };

/**
 * Lets go of the volume of a stream, and says where its bytes are. Called in the stream's turn, in which alone they stay as they are.
 *
 * @throws `RAW_UNAVAILABLE`, `NOT_SEALABLE`.
 */
export const rawVolumeOf = async (
  unpacker: Unpacker,
  stream: string,
  signal: AbortSignal,
): Promise<RawVolume> => {
  const { driver } = unpacker;
  if (driver.rawPath === undefined) throw noRawForm(driver.name, stream);
  const { device, label } = await released(unpacker, stream, signal);
  return { path: await driver.rawPath(device), sizeBytes: device.sizeBytes, label };
};

/**
 * Seals the volume of a stream, so that it is what a snapshot would hold, and says where its bytes are. Called in the stream's turn.
 *
 * @throws as `rawVolumeOf`
 */
export const sealedVolumeOf = async (
  unpacker: Unpacker,
  stream: string,
  { signal, report }: OperationContext,
): Promise<RawVolume> => {
  const { driver } = unpacker;
  if (driver.rawPath === undefined) throw noRawForm(driver.name, stream);
  const view = await volumeOf(unpacker, stream, signal);
  await driver.seal(view.device, { onProgress: report, signal });
  await inspected(unpacker, stream, view, 'unknown');
  return rawVolumeOf(unpacker, stream, signal);
};

/** The error of asking for the bytes of what has none. */
const noRawForm = (driver: string, stream: string): AmiPublisherError =>
  new AmiPublisherError('RAW_UNAVAILABLE', {
    message: `volumes of driver ${driver} have no raw form`,
    resource: stream,
    remedy: 'run the unpacker with --driver block',
  });

const released = async (unpacker: Unpacker, stream: string, signal: AbortSignal) => {
  const view = await volumeOf(unpacker, stream, signal);
  const { device } = view;
  if (view.contents.kind !== 'image') throw notSealable(device, view.contents);
  await unpacker.driver.release(device);
  const { contents } = await inspected(unpacker, stream, view, 'unknown');
  if (contents.kind !== 'image') throw notSealable(device, contents);
  return { device, label: contents };
};
