import { AmiPublisherError, isAmiPublisherError } from '@ami-publisher/base';
import type { Services } from '@ami-publisher/core';
import type { Job, Outcome } from '../commands/command.js';
import { actionCommands } from '../commands/index.js';
import { type Inputs, readInputs, secretsOf } from '../inputs/read-inputs.js';
import { RunnerFiles } from '../runner/runner-files.js';
import { WorkflowLog } from '../runner/workflow-log.js';
import { cleanUp } from './clean-up.js';
import { openServicesOf } from './services.js';

/** What a step of the action lives in. */
export interface StepOptions {
  /** Its inputs, and what the runner says of itself. The credentials of a proxy are added. */
  readonly environment: NodeJS.ProcessEnv;
  /** Writes to the log, which the runner reads. */
  readonly write: (text: string) => void;
  /** Aborts when the job is cancelled. */
  readonly signal: AbortSignal;
}

/** GitHub gives all post steps of a job five minutes. */
export const cleanUpLimitMs = 4 * 60 * 1000;

/** Runs the step. @returns its exit code */
export const runMain = (options: StepOptions): Promise<number> =>
  runStep(options, undefined, async (job) => {
    const outcome = await actionCommands[job.inputs.command](job);
    for (const [name, value] of Object.entries(outcome.outputs))
      job.files.setOutput(name, typeof value === 'string' ? value : JSON.stringify(value));
    return outcome;
  });

/** Runs the post step: does something only if the step saved a publication and not that it had ended. @returns its exit code */
export const runPost = (options: StepOptions): Promise<number> => {
  const {
    STATE_publication: publicationId,
    STATE_targets: targets = '',
    STATE_ended: ended,
  } = options.environment;
  if (!publicationId || ended === 'true') return Promise.resolve(0);
  const signal = AbortSignal.any([options.signal, AbortSignal.timeout(cleanUpLimitMs)]);
  return runStep({ ...options, signal }, targets, (job) => cleanUp(job, { publicationId, targets }));
};

const runStep = async (
  { environment, write, signal }: StepOptions,
  targets: string | undefined,
  work: (job: Job) => Promise<Outcome>,
): Promise<number> => {
  const log = new WorkflowLog(write);
  const files = new RunnerFiles(environment);
  log.mask(secretsOf(environment));
  let opened: Promise<Services> | undefined;
  try {
    const inputs: Inputs = readInputs(environment);
    const services = () => {
      opened ??= openServicesOf(inputs, environment, targets);
      return opened;
    };
    const outcome = await work({ inputs, environment, log, files, signal, services });
    files.addSummary(outcome.summary);
    log.annotate(outcome.annotations);
    return outcome.ok ? 0 : 1;
  } catch (reason) {
    log.annotate([
      {
        level: 'error',
        title: isAmiPublisherError(reason) ? reason.code : 'ami-publisher',
        message: messageOf(reason),
      },
    ]);
    return 1;
  } finally {
    await opened?.then(
      (made) => made.close(),
      () => {
        // Nothing was opened, which has been told.
      },
    );
  }
};

/** Of what is not expected, where it comes from, too. */
const messageOf = (reason: unknown): string => {
  if (!(reason instanceof Error)) return String(reason);
  return isAmiPublisherError(reason) ? reason.message : (reason.stack ?? reason.message);
};

/** Aborts at the first SIGINT or SIGTERM; what comes after, the runner's SIGKILL apart, changes nothing. */
export const cancellation = (): AbortSignal => {
  const controller = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const)
    process.on(name, () =>
      controller.abort(new AmiPublisherError('CANCELLED', { message: `the job was cancelled (${name})` })),
    );
  return controller.signal;
};
