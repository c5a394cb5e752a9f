import { type JournalRecord, stepHistory } from '../steps/journal.js';
import type { TargetUndo } from '../steps/undo.js';
import { targetKey } from '../target/target.js';
import type { PlannedTarget } from './plan.js';
import { publishSteps } from './steps/index.js';

export interface TargetRollback {
  readonly account: string;
  readonly region: string;
  /** `kept`: it is published, and no force was asked for. `nothing`: by tags, nothing of it was found. */
  readonly status: 'rolled-back' | 'would-roll-back' | 'failed' | 'kept' | 'nothing';
  /** Steps undone (or that would be), in the order of undoing. */
  readonly undone: readonly string[];
  readonly errors: readonly string[];
}

export interface RollbackReport {
  readonly publicationId: string;
  readonly ok: boolean;
  readonly targets: readonly TargetRollback[];
}

/** What a rollback would undo, without doing it. */
export const undoableSteps = (
  records: readonly JournalRecord[],
  planned: readonly PlannedTarget[],
): TargetUndo[] =>
  planned.map(({ target }) => ({
    target,
    failures: [],
    undone: publishSteps
      .filter(({ name, undo }) => {
        const { outcome, intents } = stepHistory(records, targetKey(target), name);
        return undo !== undefined && (outcome !== undefined || intents.length > 0);
      })
      .map(({ name }) => name)
      .reverse(),
  }));

export const rollbackReport = (
  publicationId: string,
  kept: readonly PlannedTarget[],
  undone: readonly TargetUndo[],
  done: 'rolled-back' | 'would-roll-back' = 'rolled-back',
): RollbackReport => ({
  publicationId,
  ok: undone.every(({ failures }) => failures.length === 0),
  targets: [
    ...kept.map(({ target: { account, region } }) => ({
      account,
      region,
      status: 'kept' as const,
      undone: [],
      errors: [],
    })),
    ...undone.map(({ target: { account, region }, undone: steps, failures }) => ({
      account,
      region,
      status: failures.length === 0 ? done : ('failed' as const),
      undone: steps,
      errors: failures.map(({ error }) => error.message),
    })),
  ],
});
