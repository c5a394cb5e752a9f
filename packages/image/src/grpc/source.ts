import type { ImageServerClient } from '@ami-publisher/protocol';
import type { CallOptions, ImageSource, ImageSummary, ObjectPiece } from '../image-source.js';
import { readManifest } from '../manifest/parse.js';
import type { Manifest } from '../manifest.js';
import { toDigestBytes, toPiece, toSummary } from './wire.js';

const batchObjects = 512;
const streamsAtOnce = 3;

type Messages = AsyncIterator<{ readonly parts: Parameters<typeof toPiece>[0][] }>;

/** A stream whose first message is on its way. */
interface OpenStream {
  readonly messages: Messages;
  readonly first: ReturnType<Messages['next']>;
}

const inBatches = (digests: readonly string[]): string[][] =>
  Array.from({ length: Math.ceil(digests.length / batchObjects) }, (_, i) =>
    digests.slice(i * batchObjects, (i + 1) * batchObjects),
  );

async function* bytesOf(chunks: AsyncIterable<{ readonly data: Uint8Array }>): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) yield chunk.data;
}

/** An image server as a source of images. The client is the caller's to close. */
export class GrpcImageSource implements ImageSource {
  constructor(readonly client: Pick<ImageServerClient, 'getImage' | 'getManifest' | 'getObjects'>) {}

  async getImage(stream: string, leaf: string, options: CallOptions = {}): Promise<ImageSummary> {
    return toSummary(await this.client.getImage({ name: { stream, leaf } }, options));
  }

  async getManifest(manifestDigest: string, options: CallOptions = {}): Promise<Manifest> {
    const chunks = this.client.getManifest({ manifestDigest }, options);
    return readManifest(bytesOf(chunks), { expectedDigest: manifestDigest, signal: options.signal });
  }

  /** Several streams are open at a time; the pieces come in the order asked for all the same. */
  async *getObjects(digests: readonly string[], options: CallOptions = {}): AsyncGenerator<ObjectPiece> {
    const ended = new AbortController();
    const signal =
      options.signal === undefined ? ended.signal : AbortSignal.any([options.signal, ended.signal]);
    const waiting = inBatches(digests);
    const open: OpenStream[] = [];
    const openMore = () => {
      while (open.length < streamsAtOnce) {
        const batch = waiting.shift();
        if (batch === undefined) return;
        open.push(this.#open(batch, signal));
      }
    };
    try {
      for (openMore(); open[0] !== undefined; open.shift(), openMore()) {
        const { messages, first } = open[0];
        for (let result = await first; result.done !== true; result = await messages.next()) {
          for (const part of result.value.parts) yield toPiece(part);
        }
      }
    } finally {
      ended.abort();
      await Promise.allSettled(open.map(({ messages }) => messages.return?.()));
    }
  }

  #open(batch: readonly string[], signal: AbortSignal): OpenStream {
    const stream = this.client.getObjects({ digests: batch.map(toDigestBytes) }, { signal });
    const messages = stream[Symbol.asyncIterator]();
    const first = messages.next();
    // Whether it fails is asked when its turn comes, which may be never.
    first.catch(() => {});
    return { messages, first };
  }
}
