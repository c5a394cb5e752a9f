import { AmiPublisherError } from '@ami-publisher/base';
import type { ImageLabel } from '../driver/driver.js';
import type { OperationContext, OperationResult } from '../operations/running-operation.js';
import type { Unpacker } from '../unpacker.js';
import { inspected, seenVolumeOf, volumeOf } from './volume.js';

/** Seals the volume of a stream. One that is sealed already is left as it is. */
export const prepareForCapture =
  (unpacker: Unpacker, stream: string) =>
  async ({ signal, report }: OperationContext): Promise<OperationResult> => {
    const view = await volumeOf(unpacker, stream, signal);
    await unpacker.driver.seal(view.device, { onProgress: report, signal });
    const { contents } = await inspected(unpacker, stream, view, 'unknown');
    if (contents.kind !== 'image' || !contents.sealed) throw sealDidNotHold(view.device.id);
    const { leaf, manifestDigest, generation } = contents;
    return { captured: { leaf, manifestDigest, generation } };
  };

/** Whether the volume of a stream is sealed at a generation, as far as is known. */
export const isSealedAt = (unpacker: Unpacker, stream: string, generation: number | undefined): boolean => {
  const contents = seenVolumeOf(unpacker, stream)?.contents;
  return contents?.kind === 'image' && contents.sealed && contents.generation === generation;
};

/**
 * Proves that the volume of a stream has been sealed at a generation ever since.
 *
 * @returns the label of what it holds.
 * @throws `CAPTURE_NOT_CONFIRMED`.
 */
export const confirmCapture = async (
  unpacker: Unpacker,
  stream: string,
  generation: number,
  signal: AbortSignal,
): Promise<ImageLabel> => {
  const { device, contents } = await volumeOf(unpacker, stream, signal);
  if (contents.kind === 'image' && contents.sealed && contents.generation === generation) return contents;
  const found =
    contents.kind === 'image'
      ? `it is ${contents.sealed ? 'sealed' : 'open'} at generation ${contents.generation}`
      : 'it holds no complete image';
  throw notConfirmed(device.id, generation, found);
};

/** The error of a capture that cannot be vouched for. */
export const notConfirmed = (resource: string, generation: number, found: string): AmiPublisherError =>
  new AmiPublisherError('CAPTURE_NOT_CONFIRMED', {
    message: `${resource} is not sealed at generation ${generation}: ${found}`,
    resource,
    remedy: 'delete the snapshot and take the capture again',
  });

const sealDidNotHold = (deviceId: string): AmiPublisherError =>
  new AmiPublisherError('UNPACKER_FAILED', {
    message: `volume ${deviceId} is not sealed although sealing it succeeded`,
    resource: deviceId,
    remedy: 'check that nothing else writes to the volume',
  });
