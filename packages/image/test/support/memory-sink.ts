import { createHash } from 'node:crypto';
import {
  estimateUsage,
  type ImageName,
  type ImageSink,
  type Manifest,
  type ObjectPiece,
  parseManifest,
} from '../../src/index.js';

/** An image server in memory. */
export class MemorySink implements ImageSink {
  readonly objects = new Map<string, Buffer>();
  readonly images = new Map<string, Manifest>();
  /** How many streams of objects ran at a time, at most. */
  mostStreams = 0;
  #streams = 0;

  async missingObjects(digests: readonly string[]): Promise<string[]> {
    return digests.filter((digest) => !this.objects.has(digest));
  }

  async addObjects(pieces: AsyncIterable<ObjectPiece>): Promise<void> {
    this.#streams += 1;
    this.mostStreams = Math.max(this.mostStreams, this.#streams);
    const contents = new Map<string, Uint8Array[]>();
    try {
      for await (const { sha512, data } of pieces)
        contents.set(sha512, [...(contents.get(sha512) ?? []), data]);
    } finally {
      this.#streams -= 1;
    }
    for (const [sha512, data] of contents) {
      const content = Buffer.concat(data);
      if (createHash('sha512').update(content).digest('hex') !== sha512)
        throw new Error(`${sha512} is corrupt`);
      this.objects.set(sha512, content);
    }
  }

  async addImage(name: ImageName, bytes: Uint8Array) {
    const manifest = parseManifest(bytes);
    this.images.set(`${name.stream}/${name.leaf}`, manifest);
    const usage = estimateUsage(manifest.entries);
    return {
      ...name,
      ...usage,
      manifestDigest: manifest.digest,
      entryCount: manifest.entries.length,
      createdAt: new Date(0),
    };
  }
}
