import { AmiPublisherError } from '@ami-publisher/base';
import type { Command, PlanContext } from '../../operations/command.js';
import type { TargetAnswer } from '../../target/for-each-target.js';
import { formatTarget, type Target } from '../../target/target.js';
import {
  type AmiDeletion,
  type AmiOutcome,
  amiDeletionTimeoutMs,
  defaultRetentionMs,
  deleteAfter,
  deleteAmi,
  planAmiDeletions,
  undoAmiDeletion,
} from '../delete-ami.js';
import { findImages } from '../look-up.js';
import { analyseUsage, regionUses, type TargetUsage } from './analyse.js';
import { lookAgain } from './look-again.js';
import { resolveUsageOptions, type UsageOptions, wholeAtLeast } from './options.js';

/** Which unused AMIs go, and how. */
export interface UnusedImagesRequest extends UsageOptions {
  /** More than this many are refused, and nothing is done. @default 100 */
  readonly max?: number | undefined;
  /** How long they can be had again, ms; null deletes them at once. @default 7 days */
  readonly retentionMs?: number | null | undefined;
}

/** Taking away an AMI that nothing uses. */
interface UnusedDeletion extends AmiDeletion {
  /** Ids of the accounts that were looked into in its region, by their labels. */
  readonly accounts: Readonly<Record<string, string>>;
  readonly launchedWithinMs: number;
}

const defaultMax = 100;

/** `delete-unused-images`: what nothing uses and no rule keeps; looked at again right before each goes. */
export const deleteUnusedImages: Command<UnusedImagesRequest, UnusedDeletion, AmiOutcome> = {
  name: 'delete-unused-images',
  destroys: true,
  timeoutMs: amiDeletionTimeoutMs,
  plan: async (context, request) => {
    const options = { ...resolveUsageOptions(request), signal: context.signal };
    const max = wholeAtLeast('max', 1, request.max ?? defaultMax);
    const { retentionMs = defaultRetentionMs } = request;
    const after = retentionMs === null ? null : deleteAfter(context.cloud.clock.now(), retentionMs);
    const usages = await analyseUsage(context.cloud, context.targets, options, {
      isTold: ({ verdict }) => verdict === 'unused',
      lastLookAtKept: false,
    });
    noteGaps(context, usages);
    const count = usages.reduce((sum, { images }) => sum + images.length, 0);
    if (count > max) throw tooMany(count, max);
    const { launchedWithinMs } = options;
    return Promise.all(
      usages.map((usage) =>
        plannedFor(context, usage, after, {
          accounts: accountsOf(usages, usage.target.region),
          launchedWithinMs,
        }),
      ),
    );
  },
  run: async (context, change) => {
    const { services, signal, target } = context;
    const [image] = await findImages(services.ec2, [change.resource], { signal });
    // One that is disabled already was taken away by an earlier run of this change.
    if (image !== undefined && image.State !== 'disabled') {
      const { cloud, ec2 } = services;
      const { accounts, launchedWithinMs } = change;
      const look = { cloud, ec2, target, accounts, launchedWithinMs, signal };
      const reasons = await lookAgain(look, image);
      if (reasons.length > 0) throw inUse(change.resource, target, reasons);
    }
    return deleteAmi(context, change);
  },
  undo: undoAmiDeletion,
};

const plannedFor = async (
  { cloud, signal }: PlanContext,
  usage: TargetUsage,
  after: string | null,
  more: Pick<UnusedDeletion, 'accounts' | 'launchedWithinMs'>,
): Promise<TargetAnswer<readonly UnusedDeletion[]>> => {
  const { target, error } = usage;
  if (error !== undefined) return { target, error };
  const ids = usage.images.map(({ imageId }) => imageId);
  if (ids.length === 0) return { target, value: [] };
  const ec2 = await cloud.ec2(target);
  const images = await findImages(ec2, ids, { signal });
  const deletions = await planAmiDeletions(ec2, images, after, { signal });
  return { target, value: deletions.map((deletion) => ({ ...deletion, ...more })) };
};

const accountsOf = (usages: readonly TargetUsage[], region: string): Record<string, string> =>
  Object.fromEntries(
    [...regionUses(usages, region).values()].map(({ target }) => [target.account, target.accountId]),
  );

/** AMIs that are kept for want of a permission would otherwise go unnoticed. */
const noteGaps = ({ note }: PlanContext, usages: readonly TargetUsage[]): void => {
  for (const { target, uses, notices } of usages) {
    for (const { what, error } of uses.gaps)
      note(
        `${what} of ${formatTarget(target)} could not be looked at, so its AMIs are kept: ${error.message}`,
      );
    for (const notice of notices) note(notice);
  }
};

const tooMany = (count: number, max: number): AmiPublisherError =>
  new AmiPublisherError('INVALID_OPTION', {
    message: `${count} AMIs are unused, more than the ${max} that may go at once`,
    remedy: 'look at them with list-unused-images; then name fewer targets, or allow more with --max',
  });

const inUse = (
  imageId: string,
  target: Target,
  reasons: readonly { readonly text: string }[],
): AmiPublisherError =>
  new AmiPublisherError('AMI_IN_USE', {
    message: `${imageId} is in use meanwhile: ${reasons.map(({ text }) => text).join('; ')}`,
    resource: imageId,
    target: formatTarget(target),
  });
