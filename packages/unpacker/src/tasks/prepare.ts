import type { OperationContext, OperationResult } from '../operations/running-operation.js';
import type { Unpacker } from '../unpacker.js';
import { inspected, seenVolumeOf, unsealed, volumeOf } from './volume.js';

/** Opens the volume of a stream for writing and looks at its tree. A blank volume needs neither. */
export const prepareForUnpack =
  (unpacker: Unpacker, stream: string, full: boolean) =>
  async ({ signal, report }: OperationContext): Promise<OperationResult> => {
    const found = await volumeOf(unpacker, stream, signal);
    if (found.contents.kind === 'blank') return {};
    const view = await unsealed(unpacker, stream, found);
    if (view.readiness !== 'unknown' && !full) return {};
    await unpacker.driver.scan(view.device, { full, onProgress: report, signal });
    await inspected(unpacker, stream, view, 'scanned');
    return {};
  };

/** Whether an unpack of the stream can begin at once. */
export const isScanned = (unpacker: Unpacker, stream: string): boolean => {
  const view = seenVolumeOf(unpacker, stream);
  return view !== undefined && view.readiness !== 'unknown';
};
