import type { ImageServerClient } from '@ami-publisher/protocol';
import type { CallOptions, ImageSummary, ObjectPiece } from '../image-source.js';
import type { AddImageOptions, ImageSink } from '../ingest/image-sink.js';
import type { ImageName } from '../names.js';
import { packParts, toDigestBytes, toSummary } from './wire.js';

/** What one CheckObjects call takes at most. */
const maxDigests = 65_536;
const manifestPieceBytes = 256 * 1024;

function* addImageMessages(name: ImageName, manifest: Uint8Array, expiresAt: Date | undefined) {
  yield { name, expiresAt: expiresAt?.toISOString() ?? '' };
  for (let at = 0; at < manifest.length; at += manifestPieceBytes) {
    yield { manifest: manifest.subarray(at, at + manifestPieceBytes) };
  }
}

/** An image server as a place for images. The client is the caller's to close. */
export class GrpcImageSink implements ImageSink {
  constructor(readonly client: Pick<ImageServerClient, 'checkObjects' | 'addObjects' | 'addImage'>) {}

  async missingObjects(digests: readonly string[], options: CallOptions = {}): Promise<string[]> {
    const missing: string[] = [];
    for (let at = 0; at < digests.length; at += maxDigests) {
      const asked = digests.slice(at, at + maxDigests);
      const answer = await this.client.checkObjects({ digests: asked.map(toDigestBytes) }, options);
      for (const index of answer.missing) missing.push(...asked.slice(index, index + 1));
    }
    return missing;
  }

  async addObjects(pieces: AsyncIterable<ObjectPiece>, options: CallOptions = {}): Promise<void> {
    await this.client.addObjects(packParts(pieces), options);
  }

  async addImage(
    name: ImageName,
    manifest: Uint8Array,
    { expiresAt, ...options }: AddImageOptions = {},
  ): Promise<ImageSummary> {
    return toSummary(await this.client.addImage(addImageMessages(name, manifest, expiresAt), options));
  }
}
