import { randomBytes } from 'node:crypto';
import type { Duplex } from 'node:stream';
import type { ByteReader } from '../wire/byte-reader.js';
import { excerpt, type Json, parseJson } from '../wire/json.js';
import { MemberSplitter, type SplitLimits } from '../wire/member-splitter.js';
import { WireFault } from '../wire/wire-fault.js';
import { Refusal } from './site.js';

const maxErrorBytes = 256 * 1024;

/** What one call says and hears. Its methods are called one after the other, as the method's contract has them. */
export class CallWire {
  readonly #stream: Duplex;
  readonly #reader: ByteReader;

  constructor(stream: Duplex, reader: ByteReader) {
    this.#stream = stream;
    this.#reader = reader;
  }

  /** Calls a method, and waits until the call is accepted. @throws Refusal */
  async begin(method: string): Promise<void> {
    this.sendLine(method);
    await this.status();
  }

  /**
   * Sends a request. No line feed follows: where it does not arrive together with the value, the server takes it for a ping.
   */
  sendValue(value: object): void {
    this.#stream.write(JSON.stringify(value));
  }

  /** Sends a text without line feeds as a line. */
  sendLine(text: string): void {
    this.#stream.write(`${text}\n`);
  }

  /** Reads a status: an empty line, or the text of an error. @throws Refusal */
  async status(): Promise<void> {
    const text = await this.line(maxErrorBytes);
    if (text !== '') throw new Refusal(await this.#restOfError(text));
  }

  /** The next line, without its line feed. */
  async line(maxBytes: number): Promise<string> {
    return (await this.#reader.line(maxBytes)).toString('utf8');
  }

  /** The next value, which is one line. */
  async value(maxBytes: number): Promise<Json> {
    return parseJson(await this.line(maxBytes));
  }

  /**
   * The next value, taken apart while it arrives: `onMember` is called with each member of the object that `path` leads to.
   *
   * @returns the value with that object empty
   */
  async members(
    path: readonly string[],
    onMember: (key: string, value: Json) => void,
    limits: SplitLimits,
  ): Promise<Json> {
    const splitter = new MemberSplitter(path, (key, text) => onMember(key, parseJson(text)), limits);
    for (;;) {
      const chunk = await this.#reader.chunk();
      const end = splitter.push(chunk);
      if (end === undefined) continue;
      this.#reader.unread(chunk.subarray(end));
      return parseJson(splitter.rest());
    }
  }

  /** The next `count` bytes, as they arrive. */
  bytes(count: number): AsyncGenerator<Buffer> {
    return this.#reader.bytes(count);
  }

  /** Whatever comes, until the connection ends. */
  async *lines(maxBytes: number): AsyncGenerator<string> {
    for (;;) yield await this.line(maxBytes);
  }

  /** Sends a ping and waits for its answer. */
  async ping(): Promise<void> {
    this.sendLine('');
    const answer = await this.line(maxErrorBytes);
    if (answer !== '') throw new WireFault('malformed', `a ping is answered by ${excerpt(answer)}`);
  }

  /**
   * An error text may have line feeds of its own, which nothing tells from its end. So a service that cannot exist is called: all lines before
   * the answer to that belong to the text.
   */
  async #restOfError(firstLine: string): Promise<string> {
    const marker = `Sync${randomBytes(8).toString('hex')}`;
    this.sendLine(`${marker}.x`);
    const lines = [firstLine];
    for (let left = maxErrorBytes; ; ) {
      const line = await this.line(left);
      if (line.includes(marker)) return lines.join('\n').trim();
      left -= line.length;
      lines.push(line);
    }
  }
}
