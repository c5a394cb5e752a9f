import type { ExportRequest } from '../export/exporter.js';
import type { OperationContext, OperationResult } from '../operations/running-operation.js';
import type { Unpacker } from '../unpacker.js';
import { sealedVolumeOf } from './raw-volume.js';

/** Seals the volume of a stream, so that it is what a snapshot would hold, and writes it out as a file. */
export const exportImage =
  (unpacker: Unpacker, stream: string, request: ExportRequest) =>
  async ({ signal, report }: OperationContext): Promise<OperationResult> => {
    const volume = await sealedVolumeOf(unpacker, stream, { signal, report });
    const onProgress = (bytesDone: number): void =>
      report({ phase: 'export', filesDone: 0, filesTotal: 0, bytesDone, bytesTotal: volume.sizeBytes });
    onProgress(0);
    const written = await unpacker.exporter.write(volume, request, { signal, onProgress });
    const { leaf, manifestDigest, generation } = volume.label;
    return { exported: { ...written, leaf, manifestDigest, generation } };
  };
