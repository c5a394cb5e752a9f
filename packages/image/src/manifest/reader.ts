import { createHash } from 'node:crypto';
import { AmiPublisherError } from '@ami-publisher/base';
import type { ManifestEntry } from '../manifest.js';
import { manifestHeader } from './encode.js';
import { BrokenRule, parseEntry } from './entry.js';
import { PlaceRules } from './place-rules.js';

/** Bytes of one line: a file in tens of thousands of pieces still fits. */
const maxLineBytes = 4 * 1024 * 1024;
const lineFeed = 0x0a;

/** Options of whatever reads a manifest. */
export interface ParseManifestOptions {
  /** Lower-case hex SHA-512 that the bytes must have. @default any */
  readonly expectedDigest?: string | undefined;
}

/** What is known of a manifest when all of it has been read. */
export interface ManifestFacts {
  /** Lower-case hex SHA-512 of its bytes. */
  readonly digest: string;
  readonly entryCount: number;
}

/** Checks a manifest piece by piece and hands on its entries, so that neither its bytes nor its entries need be in memory as a whole. */
export class ManifestReader {
  readonly #hash = createHash('sha512');
  readonly #decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  readonly #places = new PlaceRules();
  #entryCount = 0;
  #rest: Buffer[] = [];
  #restBytes = 0;
  #line = 0;

  /** @param onEntry is given each entry once it has been checked, in order. */
  constructor(readonly onEntry: (entry: ManifestEntry) => void) {}

  /** @throws `INVALID_MANIFEST` naming the line and the rule that it breaks. */
  push(chunk: Uint8Array): void {
    this.#hash.update(chunk);
    let data = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    for (let end = data.indexOf(lineFeed); end !== -1; end = data.indexOf(lineFeed)) {
      this.#readLine(this.#joined(data.subarray(0, end)));
      data = data.subarray(end + 1);
    }
    this.#restBytes += data.length;
    if (this.#restBytes > maxLineBytes)
      throw this.#invalid(`is longer than ${maxLineBytes} bytes`, this.#line + 1);
    if (data.length > 0) this.#rest.push(Buffer.from(data));
  }

  /** @throws `INVALID_MANIFEST` if the manifest is cut short or has another digest than expected. */
  end(options: ParseManifestOptions = {}): ManifestFacts {
    if (this.#restBytes > 0) throw this.#invalid('does not end with a line feed', this.#line + 1);
    if (this.#entryCount === 0) throw this.#invalid('must be the root directory', this.#line + 1);
    const digest = this.#hash.digest('hex');
    if (options.expectedDigest !== undefined && options.expectedDigest !== digest) {
      throw new AmiPublisherError('INVALID_MANIFEST', {
        message: `manifest ${options.expectedDigest.slice(0, 16)}… has bytes with the digest ${digest.slice(0, 16)}…`,
        resource: options.expectedDigest,
        remedy: 'check the image with `ami-publisher image verify`',
      });
    }
    return { digest, entryCount: this.#entryCount };
  }

  #joined(tail: Buffer): Buffer {
    if (this.#restBytes === 0) return tail;
    const line = Buffer.concat([...this.#rest, tail]);
    this.#rest = [];
    this.#restBytes = 0;
    return line;
  }

  #readLine(bytes: Buffer): void {
    this.#line += 1;
    if (bytes.length > maxLineBytes) throw this.#invalid(`is longer than ${maxLineBytes} bytes`);
    try {
      const text = this.#decode(bytes);
      if (this.#line > 1) this.#add(parseEntry(text));
      else if (text !== manifestHeader) throw new BrokenRule(`must be the header ${manifestHeader}`);
    } catch (reason) {
      throw reason instanceof BrokenRule ? this.#invalid(reason.message) : reason;
    }
  }

  #decode(bytes: Buffer): string {
    try {
      return this.#decoder.decode(bytes);
    } catch (cause) {
      throw new BrokenRule('is not UTF-8', { cause });
    }
  }

  #add(entry: ManifestEntry): void {
    this.#places.add(entry);
    this.#entryCount += 1;
    this.onEntry(entry);
  }

  #invalid(rule: string, line = this.#line): AmiPublisherError {
    return new AmiPublisherError('INVALID_MANIFEST', { message: `manifest line ${line} ${rule}` });
  }
}
