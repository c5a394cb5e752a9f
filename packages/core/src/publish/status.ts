import { type JournalRecord, stepHistory } from '../steps/journal.js';
import { targetKey } from '../target/target.js';
import type { PublicationPlan } from './plan.js';
import { publishSteps } from './steps/index.js';

/** `unfinished`: begun and neither ended nor rolled back, so it can be resumed or rolled back. */
export type TargetState =
  | 'published'
  | 'skipped'
  | 'failed'
  | 'cancelled'
  | 'rolled-back'
  | 'rollback-failed'
  | 'unfinished';

export interface TargetStatus {
  readonly account: string;
  readonly region: string;
  readonly state: TargetState;
  /** The last step that finished; left out if none did. */
  readonly lastStep?: string;
  readonly snapshotId?: string;
  readonly imageId?: string;
  readonly message?: string;
}

export interface PublicationStatus {
  readonly publicationId: string;
  readonly createdAt: string;
  readonly stream: string;
  readonly leaf: string;
  readonly targets: readonly TargetStatus[];
}

/** The last record of how a target ended, if it has. */
export const finalState = (records: readonly JournalRecord[], target: string): TargetState | undefined => {
  for (const record of records.toReversed()) {
    if (record.type === 'finished' && record.target === target) return record.status as TargetState;
  }
  return undefined;
};

/** Reads out of a journal where the publication stands. */
export const publicationStatus = (
  plan: PublicationPlan,
  records: readonly JournalRecord[],
): PublicationStatus => ({
  publicationId: plan.publicationId,
  createdAt: plan.createdAt,
  stream: plan.options.stream,
  leaf: plan.options.leaf,
  targets: [
    ...plan.failures.map(({ account, region, message }) => ({
      account,
      region,
      state: 'failed' as const,
      message,
    })),
    ...plan.skipped.map(({ target: { account, region }, imageId, reason }) => ({
      ...{ account, region, state: 'skipped' as const, message: reason },
      ...(imageId !== null && { imageId }),
    })),
    ...plan.targets.map(({ target }) => targetStatus(targetKey(target), target, records)),
  ],
});

const targetStatus = (
  key: string,
  target: { readonly account: string; readonly region: string },
  records: readonly JournalRecord[],
): TargetStatus => {
  const histories = publishSteps.map(({ name }) => ({ name, ...stepHistory(records, key, name) }));
  const done = histories.filter(({ outcome }) => outcome !== undefined);
  const outcomeOf = (step: string) =>
    done.find(({ name }) => name === step)?.outcome?.value as Record<string, string> | undefined;
  const failure = histories.findLast(
    (history) => history.failure !== undefined && history.outcome === undefined,
  )?.failure;
  const snapshotId = outcomeOf('snapshot')?.snapshotId;
  const imageId = outcomeOf('register')?.imageId;
  const lastStep = done.at(-1)?.name;
  return {
    account: target.account,
    region: target.region,
    state: finalState(records, key) ?? 'unfinished',
    ...(lastStep !== undefined && { lastStep }),
    ...(snapshotId !== undefined && { snapshotId }),
    ...(imageId !== undefined && { imageId }),
    ...(failure !== undefined && { message: failure.message }),
  };
};
