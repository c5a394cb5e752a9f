import { type Clock, Deadlines, systemClock } from '@ami-publisher/base';
import type { ImageServerClient } from '@ami-publisher/protocol';
import type { CallOptions, ImageSource, ImageSummary, ObjectPiece } from '../image-source.js';
import { readManifest } from '../manifest/parse.js';
import type { Manifest } from '../manifest.js';
import { SilenceLimit } from './silence.js';
import { toDigestBytes, toPiece, toSummary } from './wire.js';

const batchObjects = 512;
const streamsAtOnce = 3;
const defaultSilenceMs = 60_000;

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

/** Options of `GrpcImageSource`. */
interface GrpcImageSourceOptions {
  /** How long the server may send nothing while it is waited for, ms. @default 60,000 */
  readonly silenceMs?: number | undefined;
  /** @default the machine's */
  readonly clock?: Clock | undefined;
}

/** An image server as a source of images. The client is the caller's to close. */
export class GrpcImageSource implements ImageSource {
  readonly #deadlines: Deadlines;
  readonly #silenceMs: number;

  constructor(
    readonly client: Pick<ImageServerClient, 'address' | 'getImage' | 'getManifest' | 'getObjects'>,
    options: GrpcImageSourceOptions = {},
  ) {
    this.#deadlines = new Deadlines(options.clock ?? systemClock);
    this.#silenceMs = options.silenceMs ?? defaultSilenceMs;
  }

  async getImage(stream: string, leaf: string, options: CallOptions = {}): Promise<ImageSummary> {
    return toSummary(await this.client.getImage({ name: { stream, leaf } }, options));
  }

  async getManifest(manifestDigest: string, options: CallOptions = {}): Promise<Manifest> {
    const silence = this.#limitSilence(options);
    const chunks = this.client.getManifest({ manifestDigest }, { ...options, signal: silence.signal });
    const bytes = bytesOf(silence.all(chunks));
    return readManifest(bytes, { expectedDigest: manifestDigest, signal: options.signal });
  }

  /** Several streams are open at a time; the pieces come in the order asked for all the same. */
  async *getObjects(digests: readonly string[], options: CallOptions = {}): AsyncGenerator<ObjectPiece> {
    const silence = this.#limitSilence(options);
    const waiting = inBatches(digests);
    const open: OpenStream[] = [];
    const openMore = () => {
      while (open.length < streamsAtOnce) {
        const batch = waiting.shift();
        if (batch === undefined) return;
        open.push(this.#open(batch, silence.signal));
      }
    };
    try {
      for (openMore(); open[0] !== undefined; open.shift(), openMore()) {
        const { messages, first } = open[0];
        for (let result = await silence.heard(first); result.done !== true; ) {
          for (const part of result.value.parts) yield toPiece(part);
          result = await silence.heard(messages.next());
        }
      }
    } finally {
      silence.end();
      await Promise.allSettled(open.map(({ messages }) => messages.return?.()));
    }
  }

  #limitSilence({ signal }: CallOptions): SilenceLimit {
    const { address } = this.client;
    return new SilenceLimit({ deadlines: this.#deadlines, limitMs: this.#silenceMs, address, signal });
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
