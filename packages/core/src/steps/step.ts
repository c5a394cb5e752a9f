import type { Clock, Logger } from '@ami-publisher/base';
import type { Target } from '../target/target.js';
import type { JsonObject } from './json.js';

/** How far a step is; what is not known is left out. */
export interface StepProgress {
  readonly phase?: string;
  readonly filesDone?: number;
  readonly filesTotal?: number;
  readonly bytesDone?: number;
  readonly bytesTotal?: number;
  /** 0 to 100. */
  readonly percent?: number;
}

/** A request that was about to be sent, as the journal has it. */
export interface Intent {
  readonly call: string;
  /** Milliseconds since the Unix epoch. */
  readonly at: number;
  readonly request: JsonObject;
}

/** What a step works with. */
export interface StepContext<Services, Values> {
  readonly publicationId: string;
  readonly target: Target;
  readonly services: Services;
  /** What the steps before this one returned. */
  readonly values: Partial<Values>;
  /** 1, and one more after each undo; part of client tokens and operation ids. */
  readonly attempt: number;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly signal: AbortSignal;
  /** Writes down, durably, that a request is about to be sent. */
  intend(call: string, request: JsonObject): Promise<void>;
  /** The last intent of that call in this attempt, by whatever process, unless it is known to have had no effect. */
  openIntent(call: string): Intent | undefined;
  /** Notes that the last request of that call had no effect. */
  refused(call: string): Promise<void>;
  progress(progress: StepProgress): void;
}

/**
 * The unit of work in a plan: named, idempotent, journaled. `run` may be called again after any failure, in any process, and then finishes
 * what an earlier call began; its value must survive JSON.
 */
export interface Step<Services, Values, Name extends keyof Values & string> {
  readonly name: Name;
  /** For people: "Create volume". */
  readonly title: string;
  readonly timeoutMs: number;
  /** The value holds for this process only: a resumed publication runs the step again, unless the step `until` has finished. */
  readonly ephemeral?: { readonly until: keyof Values & string };
  run(context: StepContext<Services, Values>): Promise<Values[Name]>;
  /** Removes what the step made; `value` is missing if the step did not finish. Finds what it needs by tags. */
  undo?(context: StepContext<Services, Values>, value: Values[Name] | undefined): Promise<void>;
}

/** Any of the steps that make the values. */
export type AnyStep<Services, Values> = {
  readonly [Name in keyof Values & string]: Step<Services, Values, Name>;
}[keyof Values & string];

/** The value of an earlier step. A missing one is a fault in the order of steps. */
export const stepValue = <Values, Name extends keyof Values & string>(
  context: { readonly values: Partial<Values> },
  name: Name,
): NonNullable<Values[Name]> => {
  const value = context.values[name];
  if (value === undefined || value === null) throw new TypeError(`step ${name} has no value yet`);
  return value as NonNullable<Values[Name]>;
};

export const minuteMs = 60_000;
