import { setMaxListeners } from 'node:events';
import { AmiPublisherError, Deadlines, throwIfCancelled, toAmiPublisherError } from '@ami-publisher/base';
import { SpanStatusCode, trace } from '@opentelemetry/api';
import pMap from 'p-map';
import { follow } from '../signals.js';
import { formatTarget, type Target } from '../target/target.js';
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
import { withRetries } from './retries.js';
import type { AnyStep, StepContext } from './step.js';

export interface RunOptions<Services extends Closable, Values extends object>
  extends EngineOptions<Services, Values> {
  /**
   * The steps of a target have nothing to do with each other: so many run at once, and when one fails or takes too long, the others go on.
   *
   * @default they follow each other, and the first that fails is the last
   */
  readonly independent?: number;
  /** Whether a target may be taken up again, with new services, after such a failure: up to twice. @default never */
  readonly isInterruption?: (error: AmiPublisherError) => boolean;
  /** Called before the first step of each target. Throws if the target must not be worked on. */
  readonly onTargetStart?: (target: Target) => Promise<void>;
  /** Called as each target ends. */
  readonly onTargetEnd?: (run: TargetRun<Values>) => Promise<void>;
}

/** A step that failed; or, before the first one, whatever was to precede it. */
export interface StepFailure {
  readonly step: string;
  readonly error: AmiPublisherError;
}

/** How the work on one target ended. */
export interface TargetRun<Values> {
  readonly target: Target;
  readonly values: Partial<Values>;
  /** Duration by step, ms; only of steps that ran in this process. */
  readonly durations: Readonly<Record<string, number>>;
  readonly durationMs: number;
  /** None when every step finished; more than one only of steps that are independent. */
  readonly failures: readonly StepFailure[];
}

const interruptions = 2;
const tracer = trace.getTracer('@ami-publisher/core', version);

/** Runs the steps on every target. Never throws for one target's failure; cancelled targets fail with `CANCELLED`. */
export const runSteps = <Services extends Closable, Values extends object>(
  given: RunOptions<Services, Values>,
): Promise<TargetRun<Values>[]> => {
  const options = { ...given, limits: new Deadlines(given.clock) };
  const work = (target: Target) => runTarget(options, target);
  return pMap(options.targets, work, { concurrency: options.concurrency });
};

interface Running<Services extends Closable, Values extends object> extends RunOptions<Services, Values> {
  /** Time limits of steps. */
  readonly limits: Deadlines;
}

const runTarget = async <Services extends Closable, Values extends object>(
  options: Running<Services, Values>,
  target: Target,
): Promise<TargetRun<Values>> => {
  const startedAt = options.clock.now();
  const run = { target, values: {} as Partial<Values>, durations: {} as Record<string, number> };
  options.emit({ code: 'PUB2001', target: formatTarget(target) });
  let failures = await runToTheEnd(options, run);
  for (let left = interruptions; left > 0; left--) {
    const [failure] = failures;
    if (failure === undefined || !mayGoOn(options, failure)) break;
    options.emit({ code: 'PUB3005', ...whereOf(options, target, failure.step), ...retryOf(failure.error) });
    failures = await runToTheEnd(options, run);
  }
  const durationMs = options.clock.now() - startedAt;
  const ended = { ...run, durationMs, failures };
  await options.onTargetEnd?.(ended);
  return ended;
};

const mayGoOn = <Services extends Closable, Values extends object>(
  options: Running<Services, Values>,
  { error }: StepFailure,
): boolean => !options.signal.aborted && options.isInterruption?.(error) === true;

const whereOf = <Services extends Closable, Values extends object>(
  { steps }: Running<Services, Values>,
  target: Target,
  step: string,
): Where => {
  const title = steps(target).find(({ name }) => name === step)?.title ?? step;
  return { target: formatTarget(target), step, title };
};

const retryOf = ({ message }: AmiPublisherError) => ({ message, delayMs: 0 });

/** Runs all steps that have not finished, and writes values and durations into `run`; returns what failed. */
const runToTheEnd = async <Services extends Closable, Values extends object>(
  options: Running<Services, Values>,
  run: Pick<TargetRun<Values>, 'target' | 'values'> & { durations: Record<string, number> },
): Promise<StepFailure[]> => {
  const { target } = run;
  const steps = options.steps(target);
  const failures: StepFailure[] = [];
  const failed = (step: string, reason: unknown) =>
    failures.push({ step, error: toAmiPublisherError(reason).at(formatTarget(target)) });
  const work = new AbortController();
  setMaxListeners(0, work.signal);
  const unfollow = follow(work, options.signal);
  let services: Services | undefined;
  try {
    throwIfCancelled(options.signal);
    await options.onTargetStart?.(target);
    services = await options.services(target, work);
    const begun = { ...run, services };
    const one = async (step: AnyStep<Services, Values>, own: AbortController): Promise<void> => {
      try {
        await runUnlessDone(options, step, { ...begun, work: own });
      } catch (reason) {
        failed(step.name, reason);
      }
    };
    if (options.independent === undefined) await oneAfterTheOther(steps, work, one, failures);
    else await apart(steps, work, one, options.independent);
  } catch (reason) {
    failed(steps[0]?.name ?? '', reason);
  } finally {
    unfollow();
    await closeQuietly(options, services, target);
  }
  return failures;
};

type RunOne<Step> = (step: Step, work: AbortController) => Promise<void>;

const oneAfterTheOther = async <Step>(
  steps: readonly Step[],
  work: AbortController,
  run: RunOne<Step>,
  failures: readonly StepFailure[],
): Promise<void> => {
  for (const step of steps) {
    await run(step, work);
    if (failures.length > 0) return;
  }
};

/** Each step has work of its own to abort; when that of the target ends, the steps that have not begun do not begin. */
const apart = async <Step>(
  steps: readonly Step[],
  work: AbortController,
  run: RunOne<Step>,
  concurrency: number,
): Promise<void> => {
  const runApart = async (step: Step): Promise<void> => {
    if (work.signal.aborted) return;
    const own = new AbortController();
    setMaxListeners(0, own.signal);
    const unfollow = follow(own, work.signal);
    await run(step, own).finally(unfollow);
  };
  await pMap(steps, runApart, { concurrency });
};

const runUnlessDone = async <Services extends Closable, Values extends object>(
  options: Running<Services, Values>,
  step: AnyStep<Services, Values>,
  begun: Omit<Begun<Services, Values>, 'attempt'> & { readonly durations: Record<string, number> },
): Promise<void> => {
  const { target, values, durations } = begun;
  const { outcome, attempt } = historyOf(options, target, step.name);
  const isDone =
    outcome !== undefined &&
    (step.ephemeral === undefined || isFinished(options, target, step.ephemeral.until));
  if (isDone) {
    Object.assign(values, { [step.name]: outcome.value });
    return;
  }
  const begunAt = options.clock.now();
  Object.assign(values, { [step.name]: await runStep(options, step, { ...begun, attempt }) });
  durations[step.name] = options.clock.now() - begunAt;
};

/** What a step of a target is run with. */
interface Begun<Services, Values> {
  readonly target: Target;
  readonly services: Services;
  readonly values: Partial<Values>;
  readonly work: AbortController;
  readonly attempt: number;
}

const runStep = <Services extends Closable, Values extends object>(
  options: Running<Services, Values>,
  step: AnyStep<Services, Values>,
  begun: Begun<Services, Values>,
): Promise<unknown> => {
  const where = { target: formatTarget(begun.target), step: step.name, title: step.title };
  return tracer.startActiveSpan(step.name, { attributes: { target: where.target } }, async (span) => {
    const { target, services, values, work, attempt } = begun;
    const context = stepContext(options, target, services, values, step, attempt, work.signal);
    const { journal, clock } = options;
    options.emit({ code: 'PUB3001', ...where });
    const begunAt = clock.now();
    try {
      const value = await runWithRetries(options, step, context, work, where);
      const durationMs = clock.now() - begunAt;
      await journal.append({ type: 'outcome', ...context.place(), value: value as Json, durationMs });
      options.emit({ code: 'PUB3003', ...where, durationMs });
      return value;
    } catch (reason) {
      const { code, message } = toAmiPublisherError(reason);
      span.setStatus({ code: SpanStatusCode.ERROR, message });
      await journal.append({ type: 'failure', ...context.place(), code, message });
      options.emit({ code: 'PUB3004', ...where, message });
      throw reason;
    } finally {
      span.end();
    }
  });
};

type Where = { readonly target: string; readonly step: string; readonly title: string };

/** The step, again while it fails with what may pass. Past its time limit, the work on the target is aborted with `TIMED_OUT`. */
const runWithRetries = <Services extends Closable, Values extends object>(
  { clock, emit, limits }: Running<Services, Values>,
  step: AnyStep<Services, Values>,
  context: StepContext<Services, Values>,
  work: AbortController,
  where: Where,
): Promise<unknown> => {
  const { signal, target } = context;
  const once = async () => {
    const callOff = limits.set(step.timeoutMs, () => work.abort(stepTimedOut(step, target)));
    try {
      throwIfCancelled(signal);
      return await step.run(context);
    } catch (reason) {
      throw toAmiPublisherError(signal.aborted ? signal.reason : reason);
    } finally {
      callOff();
    }
  };
  const onPause = ({ message }: AmiPublisherError, delayMs: number) =>
    emit({ code: 'PUB3005', ...where, message, delayMs });
  return withRetries(once, { clock, signal, onPause });
};

const stepTimedOut = (
  step: { readonly name: string; readonly timeoutMs: number },
  target: Target,
): AmiPublisherError =>
  new AmiPublisherError('TIMED_OUT', {
    message: `step ${step.name} did not finish in ${Math.round(step.timeoutMs / 1000)} s`,
    target: formatTarget(target),
    remedy: 'resume the publication, or roll it back',
  });
