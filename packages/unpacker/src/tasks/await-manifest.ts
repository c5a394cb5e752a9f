import { AmiPublisherError, type Clock, type ErrorCode, isAmiPublisherError } from '@ami-publisher/base';
import { formatImageName, type Manifest } from '@ami-publisher/image';
import type { ImageServerConnection } from '../image-server.js';
import type { WantedImage } from './unpack.js';

export interface AwaitManifestOptions {
  readonly wanted: WantedImage;
  readonly connection: ImageServerConnection;
  readonly timeoutMs: number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

const intervalMs = 1_000;
/** What a replica that lags, or a server that restarts, answers for a while. */
const worthWaiting: ReadonlySet<ErrorCode> = new Set([
  'STREAM_NOT_FOUND',
  'IMAGE_NOT_FOUND',
  'IMAGE_SERVER_UNREACHABLE',
]);

/**
 * Gets the manifest of an image, waiting for a server that does not have it yet.
 *
 * @throws `IMAGE_DIGEST_MISMATCH` if the server has another image of that name; after the time-out `IMAGE_NOT_FOUND` or
 * `IMAGE_SERVER_UNREACHABLE`.
 */
export const awaitManifest = async (options: AwaitManifestOptions): Promise<Manifest> => {
  const { clock, connection, wanted, signal } = options;
  const deadline = clock.now() + options.timeoutMs;
  for (;;) {
    try {
      await checkName(options);
      return await connection.source.getManifest(wanted.manifestDigest, { signal });
    } catch (error) {
      if (!isAmiPublisherError(error) || !worthWaiting.has(error.code)) throw error;
      if (clock.now() >= deadline) throw gaveUp(options, error);
    }
    await clock.sleep(Math.min(intervalMs, deadline - clock.now()), signal);
  }
};

/** The name must be of that digest where the server knows it; one that lags may not. */
const checkName = async ({ wanted, connection, signal }: AwaitManifestOptions): Promise<void> => {
  try {
    const image = await connection.source.getImage(wanted.stream, wanted.leaf, { signal });
    if (image.manifestDigest !== wanted.manifestDigest)
      throw mismatch(wanted, connection, image.manifestDigest);
  } catch (error) {
    const unknown = isAmiPublisherError(error) && /^(STREAM|IMAGE)_NOT_FOUND$/.test(error.code);
    if (!unknown) throw error;
  }
};

const mismatch = (
  wanted: WantedImage,
  { address }: ImageServerConnection,
  found: string,
): AmiPublisherError =>
  new AmiPublisherError('IMAGE_DIGEST_MISMATCH', {
    message: `${formatImageName(wanted)} is manifest ${short(found)} on image server ${address}, but ${short(wanted.manifestDigest)} was planned`,
    resource: formatImageName(wanted),
    remedy: 'plan again, and check which image server holds the right image',
  });

const gaveUp = (
  { wanted, connection, timeoutMs }: AwaitManifestOptions,
  cause: AmiPublisherError,
): AmiPublisherError => {
  const waited = `${Math.round(timeoutMs / 1000)} s`;
  if (cause.code === 'IMAGE_SERVER_UNREACHABLE') {
    return new AmiPublisherError('IMAGE_SERVER_UNREACHABLE', {
      message: `image server ${connection.address} has not answered for ${waited}: ${cause.summary}`,
      resource: connection.address,
      remedy: 'start it again, then resume the publication',
      // It has been tried for long enough here.
      retryable: false,
      cause,
    });
  }
  return new AmiPublisherError('IMAGE_NOT_FOUND', {
    message: `image server ${connection.address} does not have ${formatImageName(wanted)}, manifest ${short(wanted.manifestDigest)}, after ${waited}`,
    resource: formatImageName(wanted),
    remedy: 'add the image there, or wait until its replication has caught up, and try again',
    cause,
  });
};

const short = (digest: string): string => `${digest.slice(0, 12)}…`;
