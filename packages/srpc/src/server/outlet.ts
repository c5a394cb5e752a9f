import { once } from 'node:events';
import type { Duplex } from 'node:stream';

const maxErrorCharacters = 4 * 1024;

/** Writes to a caller, no faster than it takes the bytes. */
export class Outlet {
  constructor(
    readonly stream: Duplex,
    /** Aborts when the caller has gone. */
    readonly signal: AbortSignal,
  ) {}

  async send(bytes: Uint8Array | string): Promise<void> {
    this.signal.throwIfAborted();
    if (!this.stream.write(bytes)) await once(this.stream, 'drain', { signal: this.signal });
  }
}

/** An error text as one line, since callers take the first line for all of it. */
export const oneLine = (text: string): string =>
  text
    .trim()
    .replace(/\s*[\r\n]+\s*/g, ' | ')
    .slice(0, maxErrorCharacters);
