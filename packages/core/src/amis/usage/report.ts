import type { ErrorCode } from '@ami-publisher/base';
import type { ResolvedTargets } from '../../cloud/cloud.js';
import { compareTargets, formatTarget } from '../../target/target.js';
import type { ImageUsage, TargetUsage } from './analyse.js';
import type { UsingInstance } from './instances.js';

/** A target that could not be looked at, or a part of one. */
export interface UsageFailure {
  /** Label of the account. */
  readonly account: string;
  /** `*` when not even the account's regions are known. */
  readonly region: string;
  /** What could not be looked at, so that all AMIs that it may use count as in use; left out where AMIs could not be listed. */
  readonly what?: string;
  readonly code: ErrorCode;
  readonly message: string;
}

/** What uses the AMIs of the targets. */
export interface UsageReport {
  /** In order of account, region and id. */
  readonly images: readonly ImageUsage[];
  /** Instances in any target that were launched from them; in order of account, region and id. */
  readonly instances: readonly UsingInstance[];
  /** Empty if everything could be looked at. */
  readonly failures: readonly UsageFailure[];
}

/**
 * Puts the answers of all targets together.
 *
 * @param isWanted which AMIs, with the instances that were launched from them
 */
export const usageReport = (
  { failures }: ResolvedTargets,
  usages: readonly TargetUsage[],
  isWanted: (image: ImageUsage) => boolean,
): UsageReport => {
  const images = usages.flatMap((usage) => usage.images.filter(isWanted));
  const ids = new Set(images.map(({ imageId }) => imageId));
  const instances = usages
    .flatMap(({ uses }) => uses.instances)
    .filter(({ imageId }) => ids.has(imageId))
    .sort((a, b) => compareTargets(a, b) || (a.instanceId < b.instanceId ? -1 : 1));
  const unresolved = failures.map(({ account, region, error: { code, message } }) => ({
    ...{ account, region, code, message },
  }));
  const failed = [...unresolved, ...usages.flatMap(failuresOf)].sort(compareTargets);
  return { images, instances, failures: failed };
};

const failuresOf = ({ target, uses, error }: TargetUsage): UsageFailure[] => {
  const { account, region } = target;
  if (error !== undefined) return [{ account, region, code: error.code, message: error.message }];
  return uses.gaps.map((gap) => ({
    ...{ account, region, what: gap.what, code: gap.error.code },
    message: `${gap.what} of ${formatTarget(target)} could not be looked at: ${gap.error.message}`,
  }));
};
