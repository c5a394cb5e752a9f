import type { Deadlines } from '@ami-publisher/base';

/** How long a call may take. */
export interface CallLimit {
  /** Milliseconds. */
  readonly timeoutMs: number;
  /** Whether bytes that arrive begin the time anew, for calls that move much of them. @default false */
  readonly restartsOnBytes?: boolean | undefined;
}

/** What a limit asks about the call. */
interface Listening {
  /** Whether bytes are waited for; time in which nobody takes any does not count. */
  readonly isWaiting: () => boolean;
  readonly onMissed: () => void;
}

/** Ends a call that takes too long. Bytes that are heard only set a mark, as it may be thousands of packets a second. */
export class TimeLimit {
  readonly #deadlines: Deadlines;
  #hasHeard = false;
  #callOff = (): void => {};

  constructor(deadlines: Deadlines) {
    this.#deadlines = deadlines;
  }

  /** Begins the time; until `end`. */
  begin(limit: CallLimit, listening: Listening): void {
    this.#hasHeard = false;
    this.#callOff = this.#deadlines.set(limit.timeoutMs, () => {
      const goesOn = limit.restartsOnBytes === true && (this.#hasHeard || !listening.isWaiting());
      if (goesOn) this.begin(limit, listening);
      else listening.onMissed();
    });
  }

  /** Bytes have come. */
  heard(): void {
    this.#hasHeard = true;
  }

  /** Nothing is waited for any more. */
  end(): void {
    this.#callOff();
  }
}
