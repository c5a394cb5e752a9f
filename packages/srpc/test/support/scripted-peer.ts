import type { Duplex } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import type { Turn } from './transcript.js';

const syncLine = /^(Sync[0-9a-f]+)\.x\n/;

/** How bytes become packets. */
export type Split = (bytes: Buffer) => readonly Buffer[];

/** All in one packet. */
export const whole: Split = (bytes) => [bytes];

/** Each byte in a packet of its own. */
export const single: Split = (bytes) => Array.from(bytes, (byte) => Buffer.from([byte]));

/** Packets of these sizes, over and over. */
export const inPacketsOf =
  (sizes: readonly number[]): Split =>
  (bytes) => {
    const packets: Buffer[] = [];
    for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
      const size = sizes[turn % sizes.length] ?? 1;
      packets.push(bytes.subarray(at, at + size));
      at += size;
    }
    return packets;
  };

/** Split within each character that has several bytes, and nowhere else. */
export const withinCharacters: Split = (bytes) => {
  const isWithin = (at: number): boolean => ((bytes[at] ?? 0) & 0xc0) === 0x80;
  const cuts = Array.from(bytes.keys()).filter(isWithin);
  return [0, ...cuts].map((from, index) => bytes.subarray(from, cuts[index]));
};

/** What a client that follows the protocol says in place of what the recording client said; order of the fields aside. */
const normal = (text: string): unknown => {
  try {
    const fields = Object.entries(JSON.parse(text) as Record<string, unknown>);
    return fields.filter(([, value]) => !isDefault(value)).sort(([a], [b]) => (a < b ? -1 : 1));
  } catch {
    return text;
  }
};

const isDefault = (value: unknown): boolean =>
  value === false || value === '' || JSON.stringify(value) === '{}';

/**
 * Plays the server's side of a recording: waits for what the client said, compares it, and answers with the recorded bytes. The Sync calls by which a
 * client finds the end of an error text are answered whenever they come.
 */
export class ScriptedPeer {
  #heard = '';
  #wake = (): void => {};
  readonly #split: Split;

  /** Bytes that it says before it hangs up. */
  #left: number;

  /** @param maxBytes of its own, after which it hangs up; Infinity plays the whole recording */
  constructor(
    readonly stream: Duplex,
    turns: readonly Turn[],
    split: Split,
    maxBytes = Number.POSITIVE_INFINITY,
  ) {
    this.#split = split;
    this.#left = maxBytes;
    stream.setEncoding('utf8');
    stream.on('error', () => {});
    stream.on('data', (text: string) => {
      this.#heard += text;
      this.#wake();
    });
    this.finished = this.#play(turns);
  }

  /** Resolves when all has been said; rejects if the client says something else. */
  readonly finished: Promise<void>;

  async #play(turns: readonly Turn[]): Promise<void> {
    for (const { from, bytes } of turns) {
      if (this.stream.writableEnded) break;
      if (from === 'server') await this.#say(bytes);
      else await this.#hear(bytes.toString('utf8'));
    }
    // Whatever is left to ask is where an error text ends.
    this.#answerSyncsFromNowOn();
  }

  async #say(bytes: Buffer): Promise<void> {
    const said = bytes.subarray(0, this.#left);
    this.#left -= said.length;
    for (const piece of this.#split(said)) {
      this.stream.write(piece);
      await setImmediate();
    }
    if (said.length < bytes.length) this.stream.end();
  }

  async #hear(expected: string): Promise<void> {
    for (;;) {
      await this.#answerSync();
      if (this.stream.writableEnded) return;
      if (this.#heard.length >= expected.length || isWhole(this.#heard, expected)) break;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    const said = expected.startsWith('{') ? this.#heard : this.#heard.slice(0, expected.length);
    this.#heard = this.#heard.slice(said.length);
    const isBare = said === said.trim() || !expected.startsWith('{');
    if (this.#heard !== '') throw new Error(`the client goes on unanswered: ${JSON.stringify(this.#heard)}`);
    if (!isBare || JSON.stringify(normal(said)) !== JSON.stringify(normal(expected)))
      throw new Error(`the client says ${JSON.stringify(said)} in place of ${JSON.stringify(expected)}`);
  }

  async #answerSync(): Promise<void> {
    const [line, marker] = syncLine.exec(this.#heard) ?? [];
    if (line === undefined) return;
    this.#heard = this.#heard.slice(line.length);
    await this.#say(Buffer.from(`unknown service: ${marker}\n`));
  }

  #answerSyncsFromNowOn(): void {
    this.#wake = () => void this.#answerSync();
    this.#wake();
  }
}

/** Whether a request has come, which may be shorter than the recorded one by fields that have their default. */
const isWhole = (heard: string, expected: string): boolean =>
  expected.startsWith('{') && heard.endsWith('}') && typeof normal(heard) === 'object';
