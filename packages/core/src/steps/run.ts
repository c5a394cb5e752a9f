import { AmiPublisherError, type Clock, throwIfCancelled, toAmiPublisherError } from '@ami-publisher/base';
import { SpanStatusCode, trace } from '@opentelemetry/api';
import pMap from 'p-map';
import pRetry from 'p-retry';
import { follow } from '../signals.js';
import { formatTarget, type Target, targetKey } from '../target/target.js';
import { version } from '../version.js';
import {
  type Closable,
  closeQuietly,
  type EngineOptions,
  historyOf,
  isFinished,
  stepContext,
} from './engine.js';
import type { Json } from './json.js';
import type { AnyStep, StepContext } from './step.js';

export interface RunOptions<Services extends Closable, Values extends object>
  extends EngineOptions<Services, Values> {
  /** Whether a target may be taken up again, with new services, after such a failure: up to twice. @default never */
  readonly isInterruption?: (error: AmiPublisherError) => boolean;
  /** Called before the first step of each target. Throws if the target must not be worked on. */
  readonly onTargetStart?: (target: Target) => Promise<void>;
  /** Called as each target ends. */
  readonly onTargetEnd?: (run: TargetRun<Values>) => Promise<void>;
}

/** How the work on one target ended. */
export interface TargetRun<Values> {
  readonly target: Target;
  readonly values: Partial<Values>;
  /** Duration by step, ms; only of steps that ran in this process. */
  readonly durations: Readonly<Record<string, number>>;
  readonly durationMs: number;
  /** Left out when every step finished. */
  readonly failure?: { readonly step: string; readonly error: AmiPublisherError };
}

const retries = 4;
const interruptions = 2;
const firstDelayMs = 1_000;
const longestDelayMs = 20_000;
const tracer = trace.getTracer('@ami-publisher/core', version);

/** Runs the steps on every target. Never throws for one target's failure; cancelled targets fail with `CANCELLED`. */
export const runSteps = <Services extends Closable, Values extends object>(
  options: RunOptions<Services, Values>,
): Promise<TargetRun<Values>[]> =>
  pMap(
    options.targets,
    async (target) => {
      const run = await runTarget(options, target);
      await options.onTargetEnd?.(run);
      return run;
    },
    { concurrency: options.concurrency },
  );

const runTarget = async <Services extends Closable, Values extends object>(
  options: RunOptions<Services, Values>,
  target: Target,
): Promise<TargetRun<Values>> => {
  const startedAt = options.clock.now();
  const run = { target, values: {} as Partial<Values>, durations: {} as Record<string, number> };
  options.emit({ code: 'PUB2001', target: formatTarget(target) });
  let failure = await runToTheEnd(options, run);
  for (let left = interruptions; failure !== undefined && left > 0 && mayGoOn(options, failure); left--) {
    options.emit({ code: 'PUB3005', ...whereOf(options, target, failure.step), ...retryOf(failure.error) });
    failure = await runToTheEnd(options, run);
  }
  const durationMs = options.clock.now() - startedAt;
  return { ...run, durationMs, ...(failure !== undefined && { failure }) };
};

const mayGoOn = <Services extends Closable, Values extends object>(
  options: RunOptions<Services, Values>,
  { error }: NonNullable<TargetRun<Values>['failure']>,
): boolean => !options.signal.aborted && options.isInterruption?.(error) === true;

const whereOf = <Services extends Closable, Values extends object>(
  { steps }: RunOptions<Services, Values>,
  target: Target,
  step: string,
): Where => {
  const title = steps.find(({ name }) => name === step)?.title ?? step;
  return { target: formatTarget(target), step, title };
};

const retryOf = ({ message }: AmiPublisherError) => ({ message, delayMs: 0 });

/** Runs all steps that have not finished, and writes values and durations into `run`; returns the failure, if any. */
const runToTheEnd = async <Services extends Closable, Values extends object>(
  options: RunOptions<Services, Values>,
  {
    target,
    values,
    durations,
  }: { target: Target; values: Partial<Values>; durations: Record<string, number> },
): Promise<TargetRun<Values>['failure']> => {
  let step = options.steps[0]?.name ?? '';
  let services: Services | undefined;
  try {
    throwIfCancelled(options.signal);
    await options.onTargetStart?.(target);
    services = await options.services(target, options.signal);
    const signal = services.signal ?? options.signal;
    for (const next of options.steps) {
      step = next.name;
      const history = historyOf(options, target, step);
      const isDone =
        history.outcome !== undefined &&
        (next.ephemeral === undefined || isFinished(options, target, next.ephemeral.until));
      if (isDone) {
        Object.assign(values, { [step]: history.outcome?.value });
        continue;
      }
      const begunAt = options.clock.now();
      const context = stepContext(options, target, services, values, next, history.attempt, signal);
      Object.assign(values, { [step]: await runStep(options, next, context) });
      durations[step] = options.clock.now() - begunAt;
    }
    return undefined;
  } catch (reason) {
    return { step, error: toAmiPublisherError(reason).at(formatTarget(target)) };
  } finally {
    await closeQuietly(options, services, target);
  }
};

const runStep = <Services extends Closable, Values extends object>(
  options: RunOptions<Services, Values>,
  step: AnyStep<Services, Values>,
  context: StepContext<Services, Values>,
): Promise<unknown> =>
  tracer.startActiveSpan(
    step.name,
    { attributes: { target: formatTarget(context.target) } },
    async (span) => {
      const where = { target: formatTarget(context.target), step: step.name, title: step.title };
      const { journal, clock } = options;
      const place = () => ({
        at: new Date(clock.now()).toISOString(),
        target: targetKey(context.target),
        step: step.name,
        attempt: context.attempt,
      });
      options.emit({ code: 'PUB3001', ...where });
      const begunAt = clock.now();
      try {
        const value = await withRetries(options, step, context, where);
        const durationMs = clock.now() - begunAt;
        await journal.append({ type: 'outcome', ...place(), value: value as Json, durationMs });
        options.emit({ code: 'PUB3003', ...where, durationMs });
        return value;
      } catch (reason) {
        const error = toAmiPublisherError(reason);
        span.setStatus({ code: SpanStatusCode.ERROR, message: error.message });
        await journal.append({ type: 'failure', ...place(), code: error.code, message: error.message });
        options.emit({ code: 'PUB3004', ...where, message: error.message });
        throw error;
      } finally {
        span.end();
      }
    },
  );

type Where = { readonly target: string; readonly step: string; readonly title: string };

const withRetries = <Services extends Closable, Values extends object>(
  options: RunOptions<Services, Values>,
  step: AnyStep<Services, Values>,
  context: StepContext<Services, Values>,
  where: Where,
): Promise<unknown> =>
  pRetry(() => inTime(options.clock, step, context), {
    retries,
    minTimeout: 0,
    maxTimeout: 0,
    shouldRetry: ({ error }) => !context.signal.aborted && toAmiPublisherError(error).retryable,
    onFailedAttempt: async ({ error, attemptNumber, retriesLeft }) => {
      if (retriesLeft === 0 || context.signal.aborted || !toAmiPublisherError(error).retryable) return;
      const delayMs = Math.min(longestDelayMs, firstDelayMs * 2 ** (attemptNumber - 1));
      options.emit({ code: 'PUB3005', ...where, message: error.message, delayMs });
      await options.clock.sleep(delayMs, context.signal);
    },
  });

/** A reason of its own spares an exception with a stack for each step. */
const ended = new Error('the step has ended');

/** The step with its time limit: past it, the step's signal aborts with `TIMED_OUT`. It aborts as well when the step has ended. */
const inTime = async <Services, Values extends object>(
  clock: Clock,
  step: AnyStep<Services, Values>,
  context: StepContext<Services, Values>,
): Promise<unknown> => {
  throwIfCancelled(context.signal);
  const running = new AbortController();
  const { signal } = running;
  const unfollow = follow(running, context.signal);
  const timer = clock.sleep(step.timeoutMs, signal).then(
    () => running.abort(stepTimedOut(step, context.target)),
    () => {
      // The step ended first.
    },
  );
  try {
    return await step.run({ ...context, signal });
  } catch (reason) {
    throw signal.aborted ? toAmiPublisherError(signal.reason) : toError(reason);
  } finally {
    unfollow();
    running.abort(ended);
    await timer;
  }
};

/** p-retry wants an `Error`. */
const toError = (reason: unknown): Error => (reason instanceof Error ? reason : toAmiPublisherError(reason));

const stepTimedOut = (
  step: { readonly name: string; readonly timeoutMs: number },
  target: Target,
): AmiPublisherError =>
  new AmiPublisherError('TIMED_OUT', {
    message: `step ${step.name} did not finish in ${Math.round(step.timeoutMs / 1000)} s`,
    target: formatTarget(target),
    remedy: 'resume the publication, or roll it back',
  });
