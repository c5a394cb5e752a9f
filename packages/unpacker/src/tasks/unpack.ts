import { AmiPublisherError, isAmiPublisherError } from '@ami-publisher/base';
import type { DeviceView } from '../devices.js';
import type { ImageServerConnection } from '../image-server.js';
import type { OperationContext, OperationResult } from '../operations/running-operation.js';
import type { UnpackRecord } from '../state/model.js';
import type { Unpacker } from '../unpacker.js';
import { awaitManifest } from './await-manifest.js';
import { inspected, nextGeneration, seenVolumeOf, unsealed, volumeOf } from './volume.js';

/** The image to unpack; the digest decides which it is. */
export interface WantedImage {
  readonly stream: string;
  readonly leaf: string;
  readonly manifestDigest: string;
}

/** Makes the volume of a stream hold exactly an image. One that holds it already is left as it is. */
export const unpackImage =
  (unpacker: Unpacker, wanted: WantedImage) =>
  async (context: OperationContext): Promise<OperationResult> => {
    const found = await volumeOf(unpacker, wanted.stream, context.signal);
    if (holds(found, wanted)) return { unpacked: untouched(found, wanted) };
    const connection = await unpacker.connectImageServer();
    try {
      const manifest = await awaitManifest({
        wanted,
        connection,
        timeoutMs: unpacker.imageWaitMs,
        clock: unpacker.clock,
        signal: context.signal,
      });
      const view = await unsealed(unpacker, wanted.stream, found);
      const generation = nextGeneration(unpacker, wanted.stream, view.contents);
      const updated = await unpacker.driver
        .update(view.device, {
          label: { ...wanted, generation },
          manifest,
          source: connection.source,
          onProgress: context.report,
          signal: context.signal,
        })
        .catch(async (error: unknown) => {
          await inspected(unpacker, wanted.stream, view, 'unknown');
          throw cutOff(error, connection, context.signal);
        });
      const { contents } = await inspected(unpacker, wanted.stream, view, 'unpacked');
      const { leaf, manifestDigest } = wanted;
      const at = 'generation' in contents ? contents.generation : generation;
      return { unpacked: { leaf, manifestDigest, generation: at, ...updated } };
    } finally {
      connection.close();
    }
  };

/** An image server that is shut down cancels the calls that it serves; nobody here has cancelled anything then. */
const cutOff = (error: unknown, { address }: ImageServerConnection, signal: AbortSignal): unknown => {
  if (signal.aborted || !isAmiPublisherError(error) || error.code !== 'CANCELLED') return error;
  return new AmiPublisherError('IMAGE_SERVER_UNREACHABLE', {
    message: `image server ${address} cut the connection off`,
    resource: address,
    remedy: 'check that it runs, then try again',
    cause: error,
  });
};

/** Whether the volume of a stream holds an image, as far as is known. */
export const holdsImage = (unpacker: Unpacker, wanted: WantedImage): boolean => {
  const view = seenVolumeOf(unpacker, wanted.stream);
  return view !== undefined && holds(view, wanted);
};

const holds = ({ contents }: DeviceView, wanted: WantedImage): boolean =>
  contents.kind === 'image' &&
  contents.manifestDigest === wanted.manifestDigest &&
  contents.leaf === wanted.leaf;

const untouched = ({ contents }: DeviceView, { leaf, manifestDigest }: WantedImage): UnpackRecord => ({
  leaf,
  manifestDigest,
  generation: 'generation' in contents ? contents.generation : 0,
  filesWritten: 0,
  filesRemoved: 0,
  metadataChanged: 0,
  bytesFetched: 0,
  bytesWritten: 0,
});
