import type { Clock, Logger } from '@ami-publisher/base';
import type { Transitions } from '../model/transitions.js';
import type { CallLog, CallSite, OpenCall } from './call-log.js';
import { ConnectionClosed } from './connection-closed.js';
import type { Fault } from './fault-rule.js';
import type { Faults } from './faults.js';

export const defaultDelayMs = 2_000;
export const defaultWindowMs = 5_000;

/** The faults that are answers, which differ from service to service. */
export type Refusal = Extract<Fault, { kind: 'throttle' | 'server-error' | 'deny' }>;

/** The signal of a caller who may go, or what makes it if it is wanted. */
export type Leaving = AbortSignal | (() => AbortSignal);

/** One call: what it does, and how its service says no. */
export interface GatedCall<T> {
  readonly site: CallSite;
  /** Does all that the call asks for. */
  readonly apply: () => Promise<T>;
  readonly refuse: (fault: Refusal) => Error;
  /** Makes what the call has made NotFound for that many milliseconds. */
  readonly conceal?: ((result: T, windowMs: number) => void) | undefined;
  /** Aborts when the caller has gone, or makes a signal that does; only a call that hangs looks at it. */
  readonly signal?: Leaving | undefined;
}

export interface CallGateParts {
  readonly calls: CallLog;
  readonly faults: Faults;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly transitions: Transitions;
}

/** Every call comes through here: it is written down, held and hit by faults, as the test wants it. */
export class CallGate {
  readonly #parts: CallGateParts;
  readonly #closing = new AbortController();

  constructor(parts: CallGateParts) {
    this.#parts = parts;
  }

  /** @throws what the call throws, {@link ConnectionClosed}, or the service's refusal. */
  async run<T>(call: GatedCall<T>): Promise<T> {
    const { calls, clock, faults } = this.#parts;
    const record = calls.open(call.site, clock.now());
    try {
      if ((await faults.pass(call.site, 'before')) === 'drop') throw new ConnectionClosed();
      const fault = faults.strike(call.site);
      record.fault = fault?.kind;
      const result = await this.#serve(call, fault);
      const end = await faults.pass(call.site, 'after');
      if (end === 'drop' || fault?.kind === 'lost-answer') throw new ConnectionClosed();
      return result;
    } catch (error) {
      record.error = codeOf(error);
      if (record.fault === 'lost-answer') throw new ConnectionClosed();
      throw error;
    }
  }

  /** Ends what hangs and what is held. */
  close(): void {
    this.#closing.abort();
    this.#parts.faults.close();
  }

  #serve<T>(call: GatedCall<T>, fault: Fault | undefined): Promise<T> {
    switch (fault?.kind) {
      case 'throttle':
      case 'server-error':
      case 'deny':
        throw call.refuse(fault);
      case 'reset':
        throw new ConnectionClosed();
      case 'delayed-effect':
        this.#applyLater(call, fault.delayMs ?? defaultDelayMs);
        throw new ConnectionClosed();
      case 'hang':
        return this.#hang(call.signal);
      case 'not-found-window':
        return call.apply().then((result) => {
          call.conceal?.(result, fault.windowMs ?? defaultWindowMs);
          return result;
        });
      default:
        return call.apply();
    }
  }

  /** What AWS would have answered then is lost, an error too. */
  #applyLater<T>({ apply, site }: GatedCall<T>, delayMs: number): void {
    this.#parts.transitions.after(delayMs, async () => {
      await apply().catch((error: unknown) => {
        this.#parts.logger.info('a delayed call was refused', { ...site, error });
      });
    });
  }

  #hang(leaving: Leaving | undefined): Promise<never> {
    const signal = typeof leaving === 'function' ? leaving() : leaving;
    const gone =
      signal === undefined ? this.#closing.signal : AbortSignal.any([signal, this.#closing.signal]);
    return new Promise((_, reject) => {
      const end = () => reject(new ConnectionClosed());
      if (gone.aborted) end();
      else gone.addEventListener('abort', end, { once: true });
    });
  }
}

const codeOf = (error: unknown): OpenCall['error'] => {
  if (error instanceof ConnectionClosed) return error.name;
  const { code } = error as { readonly code?: unknown };
  return typeof code === 'string' ? code : 'Error';
};
