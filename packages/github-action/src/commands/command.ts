import type { Services } from '@ami-publisher/core';
import type { OutputName } from '../inputs/definitions.js';
import type { Inputs } from '../inputs/read-inputs.js';
import type { RunnerFiles } from '../runner/runner-files.js';
import type { Annotation, WorkflowLog } from '../runner/workflow-log.js';

/** What a command works with. */
export interface Job {
  readonly inputs: Inputs;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly log: WorkflowLog;
  readonly files: RunnerFiles;
  /** Aborts when the job is cancelled. */
  readonly signal: AbortSignal;
  /** Opened when first asked for; closed by whoever runs the command. */
  services(): Promise<Services>;
}

/** How a command ended. */
export interface Outcome {
  readonly ok: boolean;
  readonly outputs: Readonly<Partial<Record<OutputName, unknown>>>;
  /** Markdown. */
  readonly summary: string;
  readonly annotations: readonly Annotation[];
}

/** One operation of the action. */
export type ActionCommand = (job: Job) => Promise<Outcome>;
