import { type AmiPublisherError, toAmiPublisherError } from '@ami-publisher/base';
import pMap from 'p-map';
import { follow } from '../signals.js';
import { formatTarget, type Target, targetKey } from '../target/target.js';
import { type Closable, closeQuietly, type EngineOptions, historyOf, stepContext } from './engine.js';
import type { StepHistory } from './journal.js';
import { withRetries } from './retries.js';
import type { AnyStep } from './step.js';

/** How undoing the work on one target ended. */
export interface TargetUndo {
  readonly target: Target;
  readonly undone: readonly string[];
  readonly failures: readonly { readonly step: string; readonly error: AmiPublisherError }[];
}

/**
 * Undoes, in reverse order, every step that finished or may have had an effect; each again while it fails with what may pass. A step that
 * cannot be undone does not keep the earlier ones from being tried.
 */
export const undoSteps = <Services extends Closable, Values extends object>(
  options: EngineOptions<Services, Values>,
): Promise<TargetUndo[]> =>
  pMap(options.targets, (target) => undoTarget(options, target), { concurrency: options.concurrency });

const undoTarget = async <Services extends Closable, Values extends object>(
  options: EngineOptions<Services, Values>,
  target: Target,
): Promise<TargetUndo> => {
  const undone: string[] = [];
  const failures: { step: string; error: AmiPublisherError }[] = [];
  const failed = (step: string, title: string, reason: unknown) => {
    const error = toAmiPublisherError(reason).at(formatTarget(target));
    failures.push({ step, error });
    options.emit({ code: 'PUB3007', target: formatTarget(target), step, title, message: error.message });
  };
  const steps = options.steps(target);
  const histories = new Map(steps.map(({ name }) => [name, historyOf(options, target, name)]));
  const finished = [...histories].filter(([, { outcome }]) => outcome !== undefined);
  const values = Object.fromEntries(
    finished.map(([name, { outcome }]) => [name, outcome?.value]),
  ) as Partial<Values>;
  const work = new AbortController();
  const unfollow = follow(work, options.signal);
  let services: Services | undefined;
  try {
    const at = new Date(options.clock.now()).toISOString();
    await options.journal.append({ type: 'undoing', at, target: targetKey(target) });
    services = await options.services(target, work);
    for (const step of steps.toReversed()) {
      const history = histories.get(step.name);
      const where = { target: formatTarget(target), step: step.name, title: step.title };
      if (history === undefined || !isTouched(history)) continue;
      try {
        const context = stepContext(options, target, services, values, step, history.attempt, options.signal);
        // The union of steps is over names; the value is of this step's own name.
        const { undo } = step as AnyStep<Services, Record<string, unknown>>;
        await withRetries(async () => undo?.(context as never, history.outcome?.value), {
          ...{ clock: options.clock, signal: options.signal },
          onPause: ({ message }, delayMs) => options.emit({ code: 'PUB3008', ...where, message, delayMs }),
        });
        await journalUndone(options, target, step.name, history.attempt);
        if (undo === undefined) continue;
        undone.push(step.name);
        options.emit({ code: 'PUB3006', ...where });
      } catch (reason) {
        failed(step.name, step.title, reason);
      }
    }
  } catch (reason) {
    failed('connect', 'Connect', reason);
  } finally {
    unfollow();
    await closeQuietly(options, services, target);
  }
  return { target, undone, failures };
};

/** Whether it finished, or may have had an effect. */
const isTouched = ({ outcome, intents }: StepHistory): boolean => outcome !== undefined || intents.length > 0;

/** Of steps that have nothing to undo as well: a resumed publication runs them again. */
const journalUndone = <Services extends Closable, Values extends object>(
  { journal, clock }: EngineOptions<Services, Values>,
  target: Target,
  step: string,
  attempt: number,
): Promise<void> => {
  const at = new Date(clock.now()).toISOString();
  return journal.append({ type: 'undone', at, target: targetKey(target), step, attempt });
};
