import type { ErrorCode } from '@ami-publisher/base';
import type { Json } from '../steps/json.js';
import type { TargetRun } from '../steps/run.js';
import type { TargetUndo } from '../steps/undo.js';
import { compareTargets, targetKey } from '../target/target.js';
import { type Change, stepName } from './command.js';
import type { OperationPlan, PlannedChanges } from './plan.js';

/** What became of one change. */
export interface ChangeResult {
  readonly call: string;
  readonly resource: string;
  /** For people; goes on after "would". */
  readonly text: string;
  readonly status: 'planned' | 'done' | 'failed' | 'cancelled' | 'undone';
  /** What the command says of a change that is done. */
  readonly value?: Json;
  readonly code?: ErrorCode;
  readonly message?: string;
}

/** What became of one target. */
export interface OperationTargetResult {
  /** Label of the account. */
  readonly account: string;
  /** 12 digits; left out where not even that is known. */
  readonly accountId?: string;
  readonly region: string;
  readonly bestEffort: boolean;
  /** `nothing`: there was nothing to do. */
  readonly status: 'planned' | 'nothing' | 'done' | 'failed' | 'cancelled' | 'undone';
  readonly changes: readonly ChangeResult[];
  /** Why the target could not be worked on at all. */
  readonly code?: ErrorCode;
  readonly message?: string;
  readonly durationMs: number;
}

/** What became of an operation. */
export interface OperationResults {
  readonly version: 1;
  readonly operationId: string;
  readonly command: string;
  /** Nothing was changed: this is what would be. */
  readonly dryRun: boolean;
  /** No required target failed. */
  readonly ok: boolean;
  /** Some target failed, required or not. */
  readonly partial: boolean;
  /** Something was done that can be taken back. */
  readonly undoable: boolean;
  readonly notices: readonly string[];
  readonly targets: readonly OperationTargetResult[];
}

const placeOf = ({ target, bestEffort }: PlannedChanges) => {
  const { account, accountId, region } = target;
  return { account, accountId, region, bestEffort };
};

const told = ({ call, resource, text }: Change) => ({ call, resource, text });

/** What would be done. */
export const plannedResult = (planned: PlannedChanges): OperationTargetResult => ({
  ...placeOf(planned),
  status: planned.changes.length === 0 ? 'nothing' : 'planned',
  changes: planned.changes.map((change) => ({ ...told(change), status: 'planned' })),
  durationMs: 0,
});

/** What was done. */
export const resultOfChanges = (
  planned: PlannedChanges,
  run: TargetRun<Readonly<Record<string, Json>>>,
): OperationTargetResult => {
  const failures = new Map(run.failures.map(({ step, error }) => [step, error]));
  const isCancelled = run.failures.some(({ error }) => error.code === 'CANCELLED');
  const changes = planned.changes.map((change): ChangeResult => {
    const name = stepName(change);
    const error = failures.get(name);
    if (error !== undefined) {
      const status = error.code === 'CANCELLED' ? 'cancelled' : 'failed';
      return { ...told(change), status, code: error.code, message: error.message };
    }
    const value = run.values[name];
    if (value === undefined) return { ...told(change), status: 'cancelled' };
    return { ...told(change), status: 'done', ...(value !== null && { value }) };
  });
  return {
    ...placeOf(planned),
    status: run.failures.length === 0 ? 'done' : isCancelled ? 'cancelled' : 'failed',
    changes,
    durationMs: run.durationMs,
  };
};

/** What was taken back; changes that had no effect are left out. */
export const resultOfUndo = (
  planned: PlannedChanges,
  { undone, failures }: TargetUndo,
): OperationTargetResult => {
  const changes = planned.changes.flatMap((change): ChangeResult[] => {
    const name = stepName(change);
    const error = failures.find(({ step }) => step === name)?.error;
    if (error !== undefined)
      return [{ ...told(change), status: 'failed', code: error.code, message: error.message }];
    return undone.includes(name) ? [{ ...told(change), status: 'undone' }] : [];
  });
  const status = failures.length > 0 ? 'failed' : changes.length === 0 ? 'nothing' : 'undone';
  const common = { ...placeOf(planned), status, changes, durationMs: 0 } as const;
  const names = new Set(planned.changes.map(stepName));
  const error = failures.find(({ step }) => !names.has(step))?.error;
  return error === undefined ? common : { ...common, code: error.code, message: error.message };
};

/** All results, in order of account and region. */
export const operationResults = (
  plan: OperationPlan,
  { dryRun, undoable }: { readonly dryRun: boolean; readonly undoable: boolean },
  worked: readonly OperationTargetResult[],
): OperationResults => {
  const failed = plan.failures.map(({ account, region, bestEffort, code, message }) => ({
    ...{ account, region, bestEffort, code: code as ErrorCode, message },
    ...{ status: 'failed' as const, changes: [], durationMs: 0 },
  }));
  const targets = [...failed, ...worked].sort(compareTargets);
  const isGood = ({ status }: OperationTargetResult) => status !== 'failed' && status !== 'cancelled';
  const { operationId, command, notices } = plan;
  return {
    ...{ version: 1, operationId, command, dryRun, notices, targets },
    ok: targets.every((target) => isGood(target) || target.bestEffort),
    partial: !targets.every(isGood),
    undoable: undoable && targets.some(({ changes }) => changes.some(({ status }) => status === 'done')),
  };
};

/** The targets of a plan by their keys. */
export const byTarget = (plan: OperationPlan): ReadonlyMap<string, PlannedChanges> =>
  new Map(plan.targets.map((planned) => [targetKey(planned.target), planned]));
