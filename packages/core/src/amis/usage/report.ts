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
  /** Instances in any target, in order of account, region and id: of AMIs in use those that use them, else all of AMIs that are not young. */
  readonly instances: readonly UsingInstance[];
  /** What else the user should know of, for people. */
  readonly notices: readonly string[];
  /** Empty if everything could be looked at. */
  readonly failures: readonly UsageFailure[];
}

/**
 * Puts the answers of all targets together.
 *
 * @param isTold which AMIs
 * @param hasInstancesTold of which AMIs the instances that were launched from them
 */
export const usageReport = (
  { failures }: ResolvedTargets,
  usages: readonly TargetUsage[],
  isTold: (image: ImageUsage) => boolean,
  hasInstancesTold: (image: ImageUsage) => boolean,
): UsageReport => {
  const all = usages.flatMap((usage) => usage.images);
  const images = all.filter(isTold);
  const ids = new Set(all.filter(hasInstancesTold).map(({ imageId }) => imageId));
  const instances = usages
    .flatMap(({ uses }) => uses.instances)
    .filter(({ imageId }) => ids.has(imageId))
    .sort((a, b) => compareTargets(a, b) || (a.instanceId < b.instanceId ? -1 : 1));
  const unresolved = failures.map(({ account, region, error: { code, message } }) => ({
    ...{ account, region, code, message },
  }));
  const failed = [...unresolved, ...usages.flatMap(failuresOf)].sort(compareTargets);
  return { images, instances, notices: usages.flatMap(({ notices }) => notices), failures: failed };
};

const failuresOf = ({ target, uses, error }: TargetUsage): UsageFailure[] => {
  const { account, region } = target;
  if (error !== undefined) return [{ account, region, code: error.code, message: error.message }];
  return uses.gaps.map((gap) => ({
    ...{ account, region, what: gap.what, code: gap.error.code },
    message: `${gap.what} of ${formatTarget(target)} could not be looked at: ${gap.error.message}`,
  }));
};
