import type { ByteReader } from '../wire/byte-reader.js';
import { WireFault } from '../wire/wire-fault.js';

const byte = { quote: 0x22, backslash: 0x5c, open: 0x7b, close: 0x7d, lineFeed: 0x0a } as const;

/**
 * Reads a JSON object to its closing brace. Nothing tells where it ends but itself: some clients send a line feed after it, others wait for the answer.
 *
 * @throws WireFault `malformed` if something else begins, `too-long` if it has more than `maxBytes`.
 */
export const readRequestText = async (reader: ByteReader, maxBytes: number): Promise<string> => {
  const braces = new Braces();
  const parts: Buffer[] = [];
  for (let length = 0; ; ) {
    const chunk = await reader.chunk();
    const end = braces.endIn(chunk);
    const part = chunk.subarray(0, end ?? chunk.length);
    parts.push(part);
    length += part.length;
    if (length > maxBytes) throw new WireFault('too-long', `a request is longer than ${maxBytes} bytes`);
    if (end === undefined) continue;
    reader.unread(chunk.subarray(end));
    return Buffer.concat(parts, length).toString('utf8');
  }
};

/** Takes a line feed that has come behind a request, so that it is not taken for a ping. */
export const skipLineFeed = async (reader: ByteReader): Promise<void> => {
  if (!reader.hasBytes) return;
  const chunk = await reader.chunk();
  const [found = ''] = /^\r?\n/.exec(chunk.subarray(0, 2).toString('latin1')) ?? [];
  reader.unread(chunk.subarray(found.length));
};

/** Counts braces outside of strings. */
class Braces {
  #depth = 0;
  #inString = false;
  #isEscaped = false;

  /** Where the object ends in the next bytes, if it does. */
  endIn(chunk: Buffer): number | undefined {
    for (const [at, next] of chunk.entries()) {
      if (this.#inString) this.#within(next);
      else if (next === byte.quote) this.#inString = true;
      else if (next === byte.open) this.#depth += 1;
      else if (next === byte.close) this.#depth -= 1;
      if (this.#depth === 0 && next === byte.close && !this.#inString) return at + 1;
      if (this.#depth <= 0 && !isSpace(next)) throw new WireFault('malformed', 'a request is no JSON object');
    }
    return undefined;
  }

  #within(next: number): void {
    if (this.#isEscaped) this.#isEscaped = false;
    else if (next === byte.backslash) this.#isEscaped = true;
    else if (next === byte.quote) this.#inString = false;
  }
}

const isSpace = (next: number): boolean => next === 0x20 || (next >= 0x09 && next <= 0x0d);
