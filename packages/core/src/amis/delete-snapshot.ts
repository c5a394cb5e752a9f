import { isAwsError, isNotFound } from '../cloud/aws-error.js';
import type { ChangeContext } from '../operations/command.js';
import type { JsonObject } from '../steps/json.js';
import { findSnapshotUsers } from './look-up.js';

/** What became of a snapshot. */
export interface SnapshotOutcome extends JsonObject {
  readonly snapshotId: string;
  /** `kept`: another AMI has it. */
  readonly outcome: 'deleted' | 'kept';
  /** AMIs that have it. */
  readonly usedBy: readonly string[];
}

/** How long a deregistered AMI may still hold its snapshots, and how often that is tried, ms. */
const releasedWithinMs = 60_000;
const firstPauseMs = 1_000;
const longestPauseMs = 15_000;

/** Deletes a snapshot; one that is gone is fine, one that an AMI has is kept. */
export const deleteSnapshot = async (
  context: ChangeContext,
  snapshotId: string,
): Promise<SnapshotOutcome> => {
  const { services, signal, clock } = context;
  const endsAt = clock.now() + releasedWithinMs;
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(longestPauseMs, 2 * pauseMs)) {
    try {
      await services.ec2.deleteSnapshot({ SnapshotId: snapshotId }, { signal });
      return { snapshotId, outcome: 'deleted', usedBy: [] };
    } catch (reason) {
      if (isNotFound(reason)) return { snapshotId, outcome: 'deleted', usedBy: [] };
      if (!isAwsError(reason, 'InvalidSnapshot.InUse')) throw reason;
      const users = await findSnapshotUsers(services.ec2, [snapshotId], { signal });
      const usedBy = users.get(snapshotId) ?? [];
      if (usedBy.length > 0) return { snapshotId, outcome: 'kept', usedBy };
      if (clock.now() >= endsAt) throw reason;
      await clock.sleep(pauseMs, signal);
    }
  }
};
