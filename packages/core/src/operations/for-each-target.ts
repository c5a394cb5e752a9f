import { toAmiPublisherError } from '@ami-publisher/base';
import pMap from 'p-map';
import type { Cloud } from '../cloud/cloud.js';
import type { CallOptions, Ec2Api } from '../cloud/ec2-api.js';
import { formatTarget, type Target } from '../target/target.js';
import type { TargetAnswer } from '../unpacker/fleet.js';

/** What asking many targets works with. */
export interface Inquiry extends CallOptions {
  readonly cloud: Cloud;
  readonly targets: readonly Target[];
  /** How many targets at once. */
  readonly concurrency: number;
}

/** @returns what a target says, or why it does not */
const answerOf = async <T>(
  { cloud, signal }: Inquiry,
  target: Target,
  ask: (target: Target, ec2: Ec2Api) => Promise<T>,
): Promise<TargetAnswer<T>> => {
  try {
    signal?.throwIfAborted();
    return { target, value: await ask(target, await cloud.ec2(target)) };
  } catch (reason) {
    return { target, error: toAmiPublisherError(reason).at(formatTarget(target)) };
  }
};

/**
 * Asks each target; one that fails is data, and leaves the others alone. Answers are in the order of the targets.
 *
 * @param onAnswer hears of each answer as it comes
 */
export const forEachTarget = <T>(
  inquiry: Inquiry,
  ask: (target: Target, ec2: Ec2Api) => Promise<T>,
  onAnswer?: (answer: TargetAnswer<T>) => void,
): Promise<TargetAnswer<T>[]> =>
  pMap(
    inquiry.targets,
    async (target) => {
      const answer = await answerOf(inquiry, target, ask);
      onAnswer?.(answer);
      return answer;
    },
    { concurrency: inquiry.concurrency },
  );
