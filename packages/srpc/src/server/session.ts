import type { Duplex } from 'node:stream';
import { AmiPublisherError, type Deadlines, type Logger } from '@ami-publisher/base';
import { ByteReader } from '../wire/byte-reader.js';
import { type Json, parseJson } from '../wire/json.js';
import { WireFault } from '../wire/wire-fault.js';
import type { CallSlots } from './call-slots.js';
import type { SrpcCaller } from './caller.js';
import type { RefusedMethod, ServerCall, SrpcMethod, SrpcMethods } from './method.js';
import { Outlet, oneLine } from './outlet.js';
import { readRequestText, skipLineFeed } from './request-text.js';

const maxCallLineBytes = 1024;
const defaultMaxRequestBytes = 1024 * 1024;
const maxLineBytes = 4 * 1024;

/** What is served, and within which limits. */
export interface SessionOptions {
  /** By `Service.Method`. */
  readonly methods: SrpcMethods;
  readonly deadlines: Deadlines;
  /** Until a value or a line that a call waits for has come, ms. */
  readonly requestTimeoutMs: number;
  readonly slots: CallSlots;
  readonly logger: Logger;
}

/** Who is connected. */
export interface Visitor {
  readonly stream: Duplex;
  readonly caller: SrpcCaller;
  /** Address, for the log. */
  readonly peer: string;
}

/** A connection of a caller: answers its calls and pings one after the other until either side ends it. */
export class Session {
  readonly #options: SessionOptions;
  readonly #visitor: Visitor;
  readonly #reader: ByteReader;
  readonly #gone = new AbortController();
  readonly #out: Outlet;
  #isCalled = false;
  #isDraining = false;

  constructor(visitor: Visitor, options: SessionOptions) {
    this.#options = options;
    this.#visitor = visitor;
    this.#reader = new ByteReader(visitor.stream);
    this.#out = new Outlet(visitor.stream, this.#gone.signal);
    const left = new AmiPublisherError('CANCELLED', { message: 'the caller has gone' });
    for (const event of ['end', 'close']) visitor.stream.once(event, () => this.#gone.abort(left));
  }

  /** Answers until the connection ends. */
  async run(): Promise<void> {
    try {
      while (!this.#isDraining) await this.#next();
    } catch (error) {
      const { peer } = this.#visitor;
      this.#options.logger.debug('an SRPC connection has ended', { peer, error });
    }
    const { stream } = this.#visitor;
    stream.end(() => stream.destroy());
  }

  /** Ends the connection as soon as no call is under way. */
  drain(): void {
    this.#isDraining = true;
    if (!this.#isCalled) this.#visitor.stream.destroy();
  }

  async #next(): Promise<void> {
    const name = await this.#callLine();
    if (name === '') return this.#out.send('\n');
    this.#isCalled = true;
    const found = this.#methodOf(name);
    if ('refusal' in found) await this.#out.send(`${found.refusal}\n`);
    else await this.#answer(name, found);
    this.#isCalled = false;
  }

  async #callLine(): Promise<string> {
    const line = await this.#orToldWhy(this.#reader.line(maxCallLineBytes));
    return line.toString('utf8').trim();
  }

  /** Before the connection ends of what cannot be read, the caller hears so. */
  async #orToldWhy<T>(reading: Promise<T>): Promise<T> {
    try {
      return await reading;
    } catch (reason) {
      if (reason instanceof WireFault && reason.kind !== 'ended')
        await this.#out.send(`${oneLine(reason.message)}\n`);
      throw reason;
    }
  }

  /** The method, or why it cannot be called; texts as the daemons of Go have them, since clients know these. */
  #methodOf(name: string): SrpcMethod | Pick<RefusedMethod, 'refusal'> {
    const { methods } = this.#options;
    const [service, method, ...more] = name.split('.');
    if (service === undefined || method === undefined || more.length > 0)
      return { refusal: `malformed Service.Method: ${name}` };
    const isService = Object.keys(methods).some((known) => known.startsWith(`${service}.`));
    if (!isService) return { refusal: `unknown service: ${service}` };
    const found = Object.hasOwn(methods, name) ? methods[name] : undefined;
    if (found === undefined) return { refusal: `${service}: unknown method: ${method}` };
    return isAllowed(name, found, this.#visitor.caller) ? found : { refusal: 'access to method denied' };
  }

  async #answer(name: string, method: SrpcMethod): Promise<void> {
    const { slots, logger } = this.#options;
    const { caller, peer } = this.#visitor;
    const user = caller.userName;
    const release = slots.take(user);
    if (release === undefined)
      return this.#out.send(`too many calls at once by ${user || 'callers without a name'}\n`);
    const startedAt = performance.now();
    let outcome = 'broken off';
    try {
      await this.#out.send('\n');
      await method.talk(
        this.#callOf(method, (text) => {
          outcome = text;
        }),
      );
      if (outcome === 'broken off') outcome = 'answered';
    } finally {
      release();
      const durationMs = Math.round(performance.now() - startedAt);
      logger.info('SRPC call', { method: name, user, peer, durationMs, outcome });
    }
  }

  #callOf(method: SrpcMethod, onStatus: (text: string) => void): ServerCall {
    const reader = this.#reader;
    const maxBytes = method.maxRequestBytes ?? defaultMaxRequestBytes;
    let mayLineFeedFollow = false;
    const send = async (bytes: Uint8Array | string): Promise<void> => {
      if (mayLineFeedFollow) await skipLineFeed(reader);
      mayLineFeedFollow = false;
      await this.#out.send(bytes);
    };
    return {
      caller: this.#visitor.caller,
      signal: this.#gone.signal,
      value: async () => {
        const value = await this.#orToldWhy(this.#inTime(readValue(reader, maxBytes), method));
        mayLineFeedFollow = true;
        return value;
      },
      line: async () => (await this.#inTime(reader.line(maxLineBytes), method)).toString('utf8'),
      sendStatus: (text) => {
        onStatus(text === '' ? 'answered' : oneLine(text));
        return send(`${oneLine(text)}\n`);
      },
      sendLine: (text) => send(`${text}\n`),
      sendValue: (value) => send(`${JSON.stringify(value)}\n`),
      sendReply: (value) => send(`\n${JSON.stringify(value)}\n`),
      sendBytes: send,
    };
  }

  async #inTime<T>(reading: Promise<T>, method: SrpcMethod): Promise<T> {
    const { deadlines, requestTimeoutMs } = this.#options;
    const timeoutMs = method.requestTimeoutMs ?? requestTimeoutMs;
    const callOff = deadlines.set(timeoutMs, () => this.#visitor.stream.destroy());
    try {
      return await reading;
    } finally {
      callOff();
    }
  }
}

const readValue = async (reader: ByteReader, maxBytes: number): Promise<Json> =>
  parseJson(await readRequestText(reader, maxBytes));

const isAllowed = (name: string, { access }: SrpcMethod | RefusedMethod, caller: SrpcCaller): boolean =>
  caller.isGranted(name) || access === 'open' || (access === 'public' && caller.userName !== '');
