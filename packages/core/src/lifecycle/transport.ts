import { AmiPublisherError, type Clock, throwIfCancelled } from '@ami-publisher/base';
import { answerError } from './answer-error.js';
import { keyFor, type LifecycleConnection } from './connection.js';
import type { LifecycleRoute } from './routes.js';

/** One call of a lifecycle server. */
export interface LifecycleCall {
  readonly route: LifecycleRoute;
  /** With the id in its place. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: object;
  readonly signal?: AbortSignal | undefined;
}

/** An answer that is a success. */
export interface LifecycleAnswer {
  readonly body: string;
  readonly headers: Headers;
}

/** Before the first repetition; twice as long before each further one. */
const firstDelayMs = 200;

/** Makes calls: keys in their place, a time limit for each attempt, and reads repeated where that may help. */
export class LifecycleTransport {
  readonly #connection: LifecycleConnection;
  readonly #timeoutMs: number;
  readonly #readAttempts: number;
  readonly #clock: Clock;

  constructor(options: {
    readonly connection: LifecycleConnection;
    readonly timeoutMs: number;
    readonly readAttempts: number;
    readonly clock: Clock;
  }) {
    this.#connection = options.connection;
    this.#timeoutMs = options.timeoutMs;
    this.#readAttempts = options.readAttempts;
    this.#clock = options.clock;
  }

  /** The URL of a call; with the key in it for the original, and never otherwise. */
  async url(call: LifecycleCall): Promise<string> {
    const { endpoint, legacy } = this.#connection;
    const url = new URL(endpoint.replace(/\/+$/, '') + call.path);
    for (const [name, value] of Object.entries(call.query ?? {})) url.searchParams.set(name, value);
    if (legacy && !call.route.isOwn && call.route.method === 'GET')
      url.searchParams.set('api_key', await this.#key(call));
    return url.href;
  }

  /** @throws the answer's error by its cause, `ORCHESTRATOR_UNREACHABLE`, `TIMED_OUT`, or `CANCELLED`. */
  async send(call: LifecycleCall): Promise<LifecycleAnswer> {
    const attempts = call.route.method === 'GET' ? this.#readAttempts : 1;
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#sendOnce(call);
      } catch (reason) {
        throwIfCancelled(call.signal);
        const error = asUnreachable(reason, callName(call));
        if (attempt >= attempts || !error.retryable) throw error;
        await this.#clock.sleep(firstDelayMs * 2 ** (attempt - 1), call.signal);
      }
    }
  }

  async #sendOnce(call: LifecycleCall): Promise<LifecycleAnswer> {
    const { signal, end } = this.#limited(call);
    try {
      const response = await fetch(await this.url(call), { ...(await this.#request(call)), signal });
      const body = await response.text();
      if (!response.ok) throw answerError(callName(call), response.status, body);
      return { body, headers: response.headers };
    } catch (reason) {
      throw signal.aborted ? signal.reason : reason;
    } finally {
      end();
    }
  }

  async #request(call: LifecycleCall): Promise<RequestInit> {
    const { method, isOwn } = call.route;
    const legacy = this.#connection.legacy && !isOwn;
    const headers = legacy ? {} : { 'x-api-key': await this.#key(call) };
    // A key must not follow a redirection to somebody else.
    if (call.body === undefined) return { method, headers, redirect: 'error' };
    const body = legacy ? { api_key: await this.#key(call), ...call.body } : call.body;
    return {
      method,
      headers: { ...headers, 'content-type': 'application/json' },
      body: JSON.stringify(body),
      redirect: 'error',
    };
  }

  #key({ route, signal }: LifecycleCall): Promise<string> {
    return keyFor(this.#connection, route.operation, signal ?? new AbortController().signal);
  }

  /** A signal that follows the caller's and aborts when the time is up. */
  #limited(call: LifecycleCall): { readonly signal: AbortSignal; readonly end: () => void } {
    const limit = new AbortController();
    const ended = new AbortController();
    this.#clock.sleep(this.#timeoutMs, ended.signal).then(
      () => limit.abort(tooSlow(callName(call), this.#timeoutMs)),
      () => {
        // The call ended in time.
      },
    );
    const signal = AbortSignal.any([limit.signal, ...(call.signal === undefined ? [] : [call.signal])]);
    return { signal, end: () => ended.abort() };
  }
}

const callName = ({ route, path }: LifecycleCall): string => `${route.method} ${path}`;

const tooSlow = (call: string, timeoutMs: number): AmiPublisherError =>
  new AmiPublisherError('TIMED_OUT', {
    message: `${call}: the lifecycle server did not answer within ${timeoutMs} ms`,
    call,
    retryable: true,
  });

const asUnreachable = (reason: unknown, call: string): AmiPublisherError => {
  if (reason instanceof AmiPublisherError) return reason;
  const cause = (reason as Error).cause ?? reason;
  return new AmiPublisherError('ORCHESTRATOR_UNREACHABLE', {
    message: `${call}: the lifecycle server cannot be reached: ${cause instanceof Error ? cause.message : String(cause)}`,
    call,
    remedy: 'see that the endpoint is right and the server runs',
    cause: reason,
  });
};
