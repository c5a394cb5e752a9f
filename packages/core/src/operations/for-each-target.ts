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

/** Asks each target; one that fails is data, and leaves the others alone. Answers are in the order of the targets. */
export const forEachTarget = <T>(
  { cloud, targets, concurrency, signal }: Inquiry,
  ask: (target: Target, ec2: Ec2Api) => Promise<T>,
): Promise<TargetAnswer<T>[]> =>
  pMap(
    targets,
    async (target): Promise<TargetAnswer<T>> => {
      try {
        signal?.throwIfAborted();
        return { target, value: await ask(target, await cloud.ec2(target)) };
      } catch (reason) {
        return { target, error: toAmiPublisherError(reason).at(formatTarget(target)) };
      }
    },
    { concurrency },
  );
