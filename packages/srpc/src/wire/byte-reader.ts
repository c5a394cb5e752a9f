import type { Duplex } from 'node:stream';
import { WireFault } from './wire-fault.js';

const lineFeed = 0x0a;

/**
 * Reads a connection by lines and by counts, whatever its packets are. It takes bytes only while somebody waits for them, so that a sender is
 * held back by a slow reader; one reader at a time.
 */
export class ByteReader {
  readonly #stream: Duplex;
  #kept: Buffer | undefined;
  #failure: Error | undefined;
  #wake = (): void => {};
  #isWaiting = false;
  readonly #onReadable = (): void => {
    // Nobody may be reading when the other side ends; a stream says so only when it is read.
    if (this.#stream.readableLength === 0) this.#stream.read(0);
    this.#wake();
  };
  readonly #onEnd = (): void => this.#fail(new WireFault('ended', 'the connection has ended'));
  readonly #onError = (error: Error): void => this.#fail(error);

  /** @param onBytes is called whenever bytes have arrived. */
  constructor(
    stream: Duplex,
    readonly onBytes: () => void = () => {},
  ) {
    this.#stream = stream;
    stream.on('readable', this.#onReadable);
    stream.on('end', this.#onEnd);
    stream.on('close', this.#onEnd);
    stream.on('error', this.#onError);
  }

  /** Whether bytes have come that nobody has asked for. */
  get hasBytes(): boolean {
    return this.#kept !== undefined || this.#stream.readableLength > 0;
  }

  /** Whether somebody waits for bytes. */
  get isWaiting(): boolean {
    return this.#isWaiting;
  }

  /**
   * The next bytes, at least one.
   *
   * @throws WireFault `ended`, or what the connection broke with.
   */
  async chunk(): Promise<Buffer> {
    for (;;) {
      const bytes = this.#kept ?? (this.#stream.read() as Buffer | null);
      this.#kept = undefined;
      if (bytes !== null) {
        this.onBytes();
        return bytes;
      }
      if (this.#failure !== undefined) throw this.#failure;
      await this.#readable();
    }
  }

  /** Puts bytes back in front; they were the last to be read. */
  unread(bytes: Buffer): void {
    if (bytes.length > 0) this.#kept = bytes;
  }

  /**
   * The bytes before the next line feed, which is taken as well.
   *
   * @throws WireFault `too-long` if there are more than `maxBytes`.
   */
  async line(maxBytes: number): Promise<Buffer> {
    const parts: Buffer[] = [];
    for (let length = 0; ; ) {
      const chunk = await this.chunk();
      const end = chunk.indexOf(lineFeed);
      const part = end === -1 ? chunk : chunk.subarray(0, end);
      parts.push(part);
      length += part.length;
      if (length > maxBytes) throw new WireFault('too-long', `a line is longer than ${maxBytes} bytes`);
      if (end === -1) continue;
      this.unread(chunk.subarray(end + 1));
      return parts.length === 1 ? part : Buffer.concat(parts, length);
    }
  }

  /** The next `count` bytes, as they arrive. */
  async *bytes(count: number): AsyncGenerator<Buffer> {
    for (let left = count; left > 0; ) {
      const chunk = await this.chunk();
      const part = chunk.subarray(0, left);
      this.unread(chunk.subarray(part.length));
      left -= part.length;
      yield part;
    }
  }

  /** Lets go of the connection, for another reader of it; gives it back what was read too much. */
  release(): void {
    this.#stream.off('readable', this.#onReadable);
    this.#stream.off('end', this.#onEnd);
    this.#stream.off('close', this.#onEnd);
    this.#stream.off('error', this.#onError);
    if (this.#kept !== undefined) this.#stream.unshift(this.#kept);
    this.#kept = undefined;
  }

  async #readable(): Promise<void> {
    this.#isWaiting = true;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
    this.#isWaiting = false;
  }

  #fail(reason: Error): void {
    this.#failure ??= reason;
    this.#wake();
  }
}
