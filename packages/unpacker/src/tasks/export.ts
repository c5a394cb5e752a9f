import type { ExportRequest } from '../export/exporter.js';
import type { OperationContext, OperationResult } from '../operations/running-operation.js';
import type { Unpacker } from '../unpacker.js';
import { noRawForm, rawVolumeOf } from './raw-volume.js';
import { inspected, volumeOf } from './volume.js';

/** Seals the volume of a stream, so that it is what a snapshot would hold, and writes it out as a file. */
export const exportImage =
  (unpacker: Unpacker, stream: string, request: ExportRequest) =>
  async ({ signal, report }: OperationContext): Promise<OperationResult> => {
    const { driver, exporter } = unpacker;
    if (driver.rawPath === undefined) throw noRawForm(driver.name, stream);
    const view = await volumeOf(unpacker, stream, signal);
    await driver.seal(view.device, { onProgress: report, signal });
    await inspected(unpacker, stream, view, 'unknown');
    const volume = await rawVolumeOf(unpacker, stream, signal);
    const onProgress = (bytesDone: number): void =>
      report({ phase: 'export', filesDone: 0, filesTotal: 0, bytesDone, bytesTotal: volume.sizeBytes });
    onProgress(0);
    const written = await exporter.write(volume, request, { signal, onProgress });
    const { leaf, manifestDigest, generation } = volume.label;
    return { exported: { ...written, leaf, manifestDigest, generation } };
  };
