import type { StepProgress } from './step.js';

/** Every event by its stable code, with what it says. The documentation's table is generated from this. */
export const eventCodes = {
  PUB1001: 'a publication begins, or goes on',
  PUB1002: 'a publication has ended',
  PUB1003: 'something worth knowing that is no error',
  PUB2001: 'work on a target begins',
  PUB2002: 'a target has ended',
  PUB3001: 'a step begins',
  PUB3002: 'a step got further',
  PUB3003: 'a step has finished',
  PUB3004: 'a step failed',
  PUB3005: 'a step failed and will be tried again',
  PUB3006: 'a step was undone',
  PUB3007: 'a step could not be undone',
  PUB3008: 'a step could not be undone and will be tried again',
} as const;

export type EventCode = keyof typeof eventCodes;

interface Common {
  /** RFC 3339, UTC. */
  readonly at: string;
  readonly publicationId: string;
}

interface Targeted extends Common {
  /** `account,region` */
  readonly target: string;
}

interface Stepped extends Targeted {
  readonly step: string;
  /** The step for people. */
  readonly title: string;
}

/** What happens while a publication runs. */
export type PublicationEvent =
  | (Common & {
      readonly code: 'PUB1001';
      readonly targets: readonly string[];
      readonly steps: readonly string[];
    })
  | (Common & { readonly code: 'PUB1002'; readonly counts: Readonly<Record<string, number>> })
  | (Common & { readonly code: 'PUB1003'; readonly message: string })
  | (Targeted & { readonly code: 'PUB2001' })
  | (Targeted & {
      readonly code: 'PUB2002';
      readonly status: string;
      readonly message?: string;
      readonly durationMs: number;
    })
  | (Stepped & { readonly code: 'PUB3001' })
  | (Stepped & { readonly code: 'PUB3002'; readonly progress: StepProgress })
  | (Stepped & { readonly code: 'PUB3003'; readonly durationMs: number })
  | (Stepped & { readonly code: 'PUB3004' | 'PUB3007'; readonly message: string })
  | (Stepped & { readonly code: 'PUB3005' | 'PUB3008'; readonly message: string; readonly delayMs: number })
  | (Stepped & { readonly code: 'PUB3006' });

type Body<E> = E extends unknown ? Omit<E, keyof Common> : never;
/** An event before it is given its time and publication. */
export type EventBody = Body<PublicationEvent>;

const capacity = 10_000;
/** Of the capacity, so that thinning out is seldom. */
const keptAtMost = 9_000;

/** Without progress; if that is not enough, without the oldest. */
const thinnedOut = (events: readonly PublicationEvent[]): PublicationEvent[] =>
  events.filter(({ code }) => code !== 'PUB3002').slice(-keptAtMost);

/**
 * Events for one reader. Unread ones are kept up to 10,000; then progress is dropped, and if need be the oldest, so that an unread stream neither
 * blocks the work nor grows without bound.
 */
export class EventStream implements AsyncIterable<PublicationEvent> {
  #unread: PublicationEvent[] = [];
  #ended = false;
  #notify: () => void = () => {};

  push(event: PublicationEvent): void {
    if (this.#unread.length >= capacity) this.#unread = thinnedOut(this.#unread);
    this.#unread.push(event);
    this.#notify();
  }

  end(): void {
    this.#ended = true;
    this.#notify();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<PublicationEvent, void> {
    for (;;) {
      const batch = this.#unread;
      this.#unread = [];
      yield* batch;
      if (this.#unread.length > 0) continue;
      if (this.#ended) return;
      await new Promise<void>((resolve) => {
        this.#notify = resolve;
      });
    }
  }
}
