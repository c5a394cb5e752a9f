import type { Duplex } from 'node:stream';
import { cancelled, type Deadlines, isAmiPublisherError } from '@ami-publisher/base';
import { ByteReader } from '../wire/byte-reader.js';
import { WireFault } from '../wire/wire-fault.js';
import { CallWire } from './call-wire.js';
import { broken, Refusal, refused, type Site, timedOut } from './site.js';
import { type CallLimit, TimeLimit } from './time-limit.js';

/** How long a call may take, and who may end it. */
export interface ExchangeOptions extends CallLimit {
  readonly signal?: AbortSignal | undefined;
}

/** A call whose turn did not come, since the connection was closed by another one before it. */
export class NotBegun extends Error {}

/** What a connection is made of. */
export interface ConnectionParts {
  readonly stream: Duplex;
  readonly site: Site;
  readonly deadlines: Deadlines;
  /** Closes the connection. */
  readonly closing: AbortSignal;
}

/**
 * A connection that carries calls, one at a time; those that come meanwhile wait. Whatever leaves open what the peer will send next closes it:
 * a call that was cancelled or timed out, bytes that nobody asked for, a value that is none. An error text does not.
 */
export class SrpcConnection {
  readonly #parts: ConnectionParts;
  readonly #limit: TimeLimit;
  readonly #reader: ByteReader;
  #lastTurn: Promise<void> = Promise.resolve();
  #closedBy: unknown;

  constructor(parts: ConnectionParts) {
    this.#parts = parts;
    this.#limit = new TimeLimit(parts.deadlines);
    this.#reader = new ByteReader(parts.stream, () => this.#limit.heard());
    const onClosing = (): void => this.#close(parts.closing.reason);
    parts.closing.addEventListener('abort', onClosing, { once: true });
    parts.stream.once('close', () => {
      parts.closing.removeEventListener('abort', onClosing);
      this.#close(parts.stream.errored ?? new WireFault('ended', 'the connection has ended'));
    });
  }

  /** Whether calls can be made. */
  get isOpen(): boolean {
    return this.#closedBy === undefined;
  }

  /** Asks whether the peer is there. */
  ping(options: ExchangeOptions): Promise<void> {
    return this.exchange('ping', (wire) => wire.ping(), options);
  }

  /**
   * Makes a call: `talk` says and hears what its method's contract has.
   *
   * @param name of the call, for messages
   * @throws what `talk` throws of its own accord, NotBegun, else an `AmiPublisherError`: what the daemon answered, `TIMED_OUT`, `CANCELLED`, `PROTOCOL_BROKEN`, or that it is unreachable.
   */
  async exchange<T>(
    name: string,
    talk: (wire: CallWire) => Promise<T>,
    options: ExchangeOptions,
  ): Promise<T> {
    const endTurn = await this.#turn(options.signal);
    const { signal, timeoutMs } = options;
    const { site, stream } = this.#parts;
    const onAbort = (): void => this.#close(signal?.reason);
    signal?.addEventListener('abort', onAbort, { once: true });
    this.#limit.begin(options, {
      isWaiting: () => this.#reader.isWaiting,
      onMissed: () => this.#close(timedOut(site, name, timeoutMs)),
    });
    try {
      this.#refuseStrayBytes();
      return await talk(new CallWire(stream, this.#reader));
    } catch (reason) {
      throw this.#errorOf(name, reason, signal);
    } finally {
      this.#limit.end();
      signal?.removeEventListener('abort', onAbort);
      endTurn();
    }
  }

  /** Closes the connection; calls that wait or are under way fail. */
  close(): void {
    this.#close(cancelled());
  }

  /** Waits until no other call is under way. */
  async #turn(signal: AbortSignal | undefined): Promise<() => void> {
    const before = this.#lastTurn;
    let end = () => {};
    this.#lastTurn = new Promise((resolve) => {
      end = resolve;
    });
    await before;
    if (this.isOpen && signal?.aborted !== true) return end;
    end();
    throw signal?.aborted === true ? reasonOf(signal) : new NotBegun('the connection was closed');
  }

  #refuseStrayBytes(): void {
    if (this.#reader.hasBytes) throw new WireFault('malformed', 'bytes came that nobody had asked for');
  }

  #errorOf(name: string, reason: unknown, signal: AbortSignal | undefined): unknown {
    const { site, stream } = this.#parts;
    if (reason instanceof Refusal) return refused(site, name, reason);
    const first = this.#closedBy ?? reason;
    this.#close(first);
    if (signal?.aborted === true) return reasonOf(signal);
    const isOfConnection = first instanceof WireFault || first === stream.errored;
    return isOfConnection ? broken(site, name, first) : first;
  }

  #close(reason: unknown): void {
    this.#closedBy ??= reason;
    this.#parts.stream.destroy();
  }
}

const reasonOf = (signal: AbortSignal): Error =>
  isAmiPublisherError(signal.reason) ? signal.reason : cancelled(signal.reason);
