import {
  AmiPublisherError,
  type Clock,
  Deadlines,
  invalidOption,
  systemClock,
  throwIfCancelled,
  untilAborted,
} from '@ami-publisher/base';
import type { KeyPair } from '../certificate/key-pairs.js';
import type { CallPlan, SrpcCalls } from './calls.js';
import { connectFirst } from './connect.js';
import { NotBegun, type SrpcConnection } from './connection.js';
import type { DaemonKind, Site } from './site.js';

const idleMs = 1_000;
/** Connections that are kept for another call of its own. */
const maxSpares = 8;
const defaultPingTimeoutMs = 10_000;
const defaultConnectTimeoutMs = 30_000;

/** What a client presents, and whom it trusts. */
export interface SrpcClientTls {
  /** At least one; tried in this order, as far as the server refuses them. */
  readonly pairs: readonly KeyPair[];
  /** Authorities that may have signed the server's certificate, PEM; `any-server` accepts any, as the clients of Go do. */
  readonly ca: Buffer | 'any-server';
}

/** Options of a client. */
export interface SrpcClientOptions {
  /** `host:port`, a literal IPv6 address in brackets; or `unix:/path`, the near end of a tunnel. */
  readonly address: string;
  /** What messages call the server, where the address says little. @default the address */
  readonly name?: string | undefined;
  /** `plain-text` talks to servers without TLS only; the client never goes over to it by itself. */
  readonly tls: SrpcClientTls | 'plain-text';
  /** Until the server has answered a first ping, for each key pair, ms. @default 30,000 */
  readonly connectTimeoutMs?: number | undefined;
  /** How long to wait for the answer of a connection that has not been used for a second, before another is made, ms. @default 10,000 */
  readonly pingTimeoutMs?: number | undefined;
  /** @default the machine's */
  readonly clock?: Clock | undefined;
}

/**
 * A daemon over SRPC. Calls share one connection, one after the other; it is made at the first call, asked for a sign of life when it was idle, and made anew
 * when it was lost. A call that has begun is never repeated.
 */
export class SrpcClient implements SrpcCalls {
  readonly site: Site;
  readonly #options: SrpcClientOptions;
  readonly #clock: Clock;
  readonly #deadlines: Deadlines;
  readonly #closing = new AbortController();
  #kept: Promise<SrpcConnection> | undefined;
  /** The one that was used last comes last. */
  readonly #spares: { readonly connection: SrpcConnection; readonly since: number }[] = [];
  #lastUsedAt = 0;
  #goodPair: KeyPair | undefined;

  /** @throws `INVALID_OPTION` if there is no key pair to present: only `plain-text` goes without. */
  constructor(kind: DaemonKind, options: SrpcClientOptions) {
    if (options.tls !== 'plain-text' && options.tls.pairs.length === 0)
      throw invalidOption('tls.pairs', 'at least one key pair', []);
    this.site = { kind, peer: options.name ?? options.address };
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#deadlines = new Deadlines(this.#clock);
  }

  /** Makes a call on the connection that all such calls share. */
  async call<T>(plan: CallPlan<T>): Promise<T> {
    for (;;) {
      const connection = await this.#alive(plan.signal);
      try {
        return await connection.exchange(plan.method, plan.talk, plan);
      } catch (reason) {
        if (!(reason instanceof NotBegun)) throw reason;
      } finally {
        this.#lastUsedAt = this.#clock.now();
      }
    }
  }

  /** Makes a call on a connection that no other call uses meanwhile, for calls that take long or move much. */
  async callApart<T>(plan: CallPlan<T>): Promise<T> {
    const connection = this.#takeSpare() ?? (await this.#connect(plan.signal));
    try {
      return await connection.exchange(plan.method, plan.talk, plan);
    } finally {
      this.#spare(connection);
    }
  }

  /** Closes all connections; calls that are under way fail. */
  close(): void {
    const { peer } = this.site;
    this.#closing.abort(
      new AmiPublisherError('CANCELLED', { message: `the client of ${peer} is closed`, resource: peer }),
    );
  }

  /** A connection that another call has just ended on: objects are fetched by many calls, one after the other. */
  #takeSpare(): SrpcConnection | undefined {
    for (let one = this.#spares.pop(); one !== undefined; one = this.#spares.pop()) {
      if (one.connection.isOpen && this.#clock.now() - one.since < idleMs) return one.connection;
      one.connection.close();
    }
    return undefined;
  }

  #spare(connection: SrpcConnection): void {
    if (connection.isOpen && this.#spares.length < maxSpares)
      this.#spares.push({ connection, since: this.#clock.now() });
    else connection.close();
  }

  /** The shared connection, which has just been used or has answered a ping. */
  async #alive(signal: AbortSignal | undefined): Promise<SrpcConnection> {
    for (;;) {
      const keeping = this.#kept;
      if (keeping === undefined) return waitFor(this.#keep(), signal);
      const kept = await waitFor(keeping, signal);
      if (kept.isOpen && (await this.#answers(kept, signal))) return kept;
      kept.close();
      if (this.#kept === keeping) this.#kept = undefined;
    }
  }

  /** Connects for all that call; it goes on when one of them is cancelled. */
  #keep(): Promise<SrpcConnection> {
    const keeping = this.#connect(undefined);
    this.#kept = keeping;
    keeping.catch(() => {
      if (this.#kept === keeping) this.#kept = undefined;
    });
    return keeping;
  }

  async #answers(connection: SrpcConnection, signal: AbortSignal | undefined): Promise<boolean> {
    if (this.#clock.now() - this.#lastUsedAt < idleMs) return true;
    try {
      await connection.ping({ signal, timeoutMs: this.#options.pingTimeoutMs ?? defaultPingTimeoutMs });
      return true;
    } catch {
      throwIfCancelled(signal);
      return false;
    }
  }

  async #connect(signal: AbortSignal | undefined): Promise<SrpcConnection> {
    const { address, tls, connectTimeoutMs } = this.#options;
    const closing = this.#closing.signal;
    const { connection, pair } = await connectFirst({
      address,
      site: this.site,
      pairs: tls === 'plain-text' ? [] : this.#inOrder(tls.pairs),
      ca: tls === 'plain-text' || tls.ca === 'any-server' ? undefined : tls.ca,
      deadlines: this.#deadlines,
      connectTimeoutMs: connectTimeoutMs ?? defaultConnectTimeoutMs,
      signal: signal === undefined ? closing : AbortSignal.any([signal, closing]),
      closing,
    });
    this.#goodPair = pair;
    this.#lastUsedAt = this.#clock.now();
    return connection;
  }

  /** The pair that the server took last comes first. */
  #inOrder(pairs: readonly KeyPair[]): readonly KeyPair[] {
    const good = this.#goodPair;
    return good === undefined ? pairs : [good, ...pairs.filter((pair) => pair !== good)];
  }
}

const waitFor = <T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> =>
  untilAborted(promise, signal).catch((reason: unknown) => {
    throwIfCancelled(signal);
    throw reason;
  });
