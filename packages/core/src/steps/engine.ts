import type { Clock, Logger } from '@ami-publisher/base';
import { formatTarget, type Target, targetKey } from '../target/target.js';
import type { EventBody } from './events.js';
import { type Journal, type StepHistory, stepHistory } from './journal.js';
import type { AnyStep, StepContext } from './step.js';

/** What running and undoing steps have in common. */
export interface EngineOptions<Services extends Closable, Values extends object> {
  readonly targets: readonly Target[];
  /** What is to be done in a target, in order. */
  readonly steps: (target: Target) => readonly AnyStep<Services, Values>[];
  /**
   * Made per target, closed when its work ends. They abort `work` when it cannot go on, as when a lease was lost; its reason becomes the target's
   * error. It aborts with `signal`, too.
   */
  readonly services: (target: Target, work: AbortController) => Promise<Services> | Services;
  readonly journal: Journal;
  readonly concurrency: number;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly signal: AbortSignal;
  readonly emit: (event: EventBody) => void;
}

export interface Closable {
  close(): Promise<void>;
}

/** What the journal says of a step in a target. */
export const historyOf = (
  options: { readonly journal: Journal },
  target: Target,
  step: string,
): StepHistory => stepHistory(options.journal.records, targetKey(target), step);

/** Whether the step has an outcome in the target. */
export const isFinished = (options: { readonly journal: Journal }, target: Target, step: string): boolean =>
  historyOf(options, target, step).outcome !== undefined;

/** Closes the services of a target; a failure there changes nothing about what was done. */
export const closeQuietly = async <Services extends Closable>(
  options: { readonly logger: Logger },
  services: Services | undefined,
  target: Target,
): Promise<void> => {
  try {
    await services?.close();
  } catch (error) {
    options.logger.warn('closing the work on a target failed', { target: formatTarget(target), error });
  }
};

/** What a step is given, and what the engine writes down of it. */
export interface RunContext<Services, Values> extends StepContext<Services, Values> {
  /** Where and when a record of the step is written. */
  place(): { readonly at: string; readonly target: string; readonly step: string; readonly attempt: number };
}

/** What a step is given. */
export const stepContext = <Services extends Closable, Values extends object>(
  options: EngineOptions<Services, Values>,
  target: Target,
  services: Services,
  values: Partial<Values>,
  step: { readonly name: string; readonly title: string },
  attempt: number,
  signal: AbortSignal,
): RunContext<Services, Values> => {
  const { journal, clock } = options;
  const key = targetKey(target);
  const place = () => ({ at: new Date(clock.now()).toISOString(), target: key, step: step.name, attempt });
  return {
    publicationId: journal.publicationId,
    target,
    services,
    values,
    attempt,
    clock,
    logger: options.logger,
    signal,
    place,
    intend: (call, request) => journal.append({ type: 'intent', ...place(), call, request }),
    refused: (call) => journal.append({ type: 'refused', ...place(), call }),
    openIntent: (call) => {
      const { intents } = historyOf(options, target, step.name);
      const last = intents.findLast((intent) => intent.call === call);
      return last && { call, request: last.request, at: Date.parse(last.at) };
    },
    progress: (progress) =>
      options.emit({
        code: 'PUB3002',
        target: formatTarget(target),
        step: step.name,
        title: step.title,
        progress,
      }),
  };
};
