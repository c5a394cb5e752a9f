import type { Cloud, ResolvedTargets } from '../../cloud/cloud.js';
import type { AnyCommand } from '../../operations/command.js';
import type { ChangeOptions, Operations } from '../../operations/operations.js';
import type { OperationResults } from '../../operations/results.js';
import { analyseUsage, type ImageUsage } from './analyse.js';
import { deleteUnusedImages, type UnusedImagesRequest } from './delete-unused.js';
import { resolveUsageOptions, type UsageOptions } from './options.js';
import { isUse } from './reason.js';
import { type UsageReport, usageReport } from './report.js';

/** The commands of an `AmiUsage`, for `new Operations`. */
export const usageCommands: readonly AnyCommand[] = [deleteUnusedImages];

/**
 * Which AMIs of the targets are in use, which may go, and why. It looks at instances, launch templates, Auto Scaling, parameters of Systems
 * Manager, recipes of Image Builder, launch permissions and usage reports; what it is not let see counts as a use.
 *
 * @example
 * const usage = new AmiUsage(cloud);
 * const { images } = await usage.listUnused(await cloud.resolveTargets('prod,*'), { keepLast: 3 });
 * for (const { imageId, verdict, reasons } of images) …
 */
export class AmiUsage {
  constructor(readonly cloud: Cloud) {}

  /** The AMIs that something uses, or may use, with what does. @throws `INVALID_OPTION`, `TOOL_MISSING` */
  async listUsed(targets: ResolvedTargets, options: UsageOptions = {}): Promise<UsageReport> {
    const isUsed = ({ reasons }: ImageUsage) => reasons.some(isUse);
    const wanted = { isTold: isUsed, lastLookAtKept: true };
    const usages = await analyseUsage(this.cloud, targets, resolveUsageOptions(options), wanted);
    return usageReport(targets, usages, isUsed, isUsed);
  }

  /**
   * The AMIs that nothing uses: what may go, and what a rule keeps, with the rule. And the instances that were launched from old AMIs, used or
   * not, as they stand in the way.
   *
   * @throws `INVALID_OPTION`, `TOOL_MISSING`
   */
  async listUnused(targets: ResolvedTargets, options: UsageOptions = {}): Promise<UsageReport> {
    const isUnused = ({ verdict }: ImageUsage) => verdict !== 'in-use';
    const isOld = ({ reasons }: ImageUsage) => reasons.every(({ kind }) => kind !== 'young');
    const hasInstances = ({ reasons }: ImageUsage) => reasons.some(({ kind }) => kind === 'instance');
    const usages = await analyseUsage(this.cloud, targets, resolveUsageOptions(options), {
      isTold: (image) => isUnused(image) || hasInstances(image),
      lastLookAtKept: false,
    });
    return usageReport(targets, usages, isUnused, isOld);
  }

  /**
   * Retires what `listUnused` says may go: nobody can launch it any more, and `expire` deletes it when its time is over. Each AMI is looked
   * at once more right before.
   *
   * @throws `INVALID_OPTION`, also if there are more than `max`
   */
  deleteUnused(
    operations: Operations,
    targets: ResolvedTargets,
    request: UnusedImagesRequest,
    options?: ChangeOptions,
  ): Promise<OperationResults> {
    return operations.run(deleteUnusedImages, targets, request, options);
  }
}
