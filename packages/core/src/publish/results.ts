import type { AmiPublisherError, ErrorCode } from '@ami-publisher/base';
import type { TargetRun } from '../steps/run.js';
import { compareTargets, formatTarget } from '../target/target.js';
import type { PlannedTarget, PublicationPlan } from './plan.js';
import type { PublishValues } from './values.js';

interface Common {
  /** Label of the account. */
  readonly account: string;
  /** 12 digits; left out where not even that is known. */
  readonly accountId?: string;
  readonly region: string;
  readonly bestEffort: boolean;
  readonly snapshotId?: string;
  readonly imageId?: string;
  readonly volumeId?: string;
  /** Duration by step, ms, in this process. */
  readonly durationsMs: Readonly<Record<string, number>>;
  readonly durationMs: number;
}

/** How a publication ended in one target. */
export type TargetResult =
  | (Common & {
      readonly status: 'published';
      readonly imageId: string;
      readonly snapshotId: string;
      readonly sizeGiB: number;
      readonly unpack: PublishValues['unpack'];
    })
  | (Common & {
      /** It has the AMI of another account. */
      readonly status: 'shared';
      readonly imageId: string;
      readonly snapshotId: string;
      readonly sizeGiB: number;
      /** Label of the account that owns the AMI. */
      readonly sharedFrom: string;
    })
  | (Common & { readonly status: 'skipped'; readonly reason: string })
  | (Common & {
      readonly status: 'failed' | 'cancelled';
      readonly step: string;
      readonly code: ErrorCode;
      readonly message: string;
    });

/** How a publication ended. */
export interface PublicationResults {
  readonly version: 1;
  readonly publicationId: string;
  readonly stream: string;
  readonly leaf: string;
  readonly manifestDigest: string;
  readonly amiName: string;
  /** No required target failed. */
  readonly ok: boolean;
  /** Some target failed, required or not. */
  readonly partial: boolean;
  readonly targets: readonly TargetResult[];
}

/** The result of a target whose steps ran. */
export const resultOfRun = (run: TargetRun<PublishValues>, planned: PlannedTarget): TargetResult => {
  const { values } = run;
  const [failure] = run.failures;
  const common = {
    account: run.target.account,
    accountId: run.target.accountId,
    region: run.target.region,
    bestEffort: planned.bestEffort,
    durationsMs: run.durations,
    durationMs: run.durationMs,
    ...(values.snapshot && { snapshotId: values.snapshot.snapshotId }),
    ...(values.register && { imageId: values.register.imageId }),
    ...(values.volume && { volumeId: values.volume.volumeId }),
  };
  if (failure !== undefined) return { ...common, ...failed(failure.step, failure.error) };
  const { register, snapshot, unpack } = values;
  if (register === undefined || snapshot === undefined || unpack === undefined) {
    throw new TypeError('a target finished without its values');
  }
  return { ...common, status: 'published', ...register, snapshotId: snapshot.snapshotId, unpack };
};

/** The results of the targets that have a target's AMI by sharing. */
export const resultsOfConsumers = (
  owner: TargetResult,
  { sharing }: PlannedTarget,
  share: PublishValues['share'] | undefined,
): TargetResult[] =>
  (sharing?.consumers ?? []).map(({ target, bestEffort }): TargetResult => {
    const { account, accountId, region } = target;
    const common = { account, accountId, region, bestEffort, durationsMs: {}, durationMs: owner.durationMs };
    const sharedFrom = owner.account;
    if (owner.status === 'failed' || owner.status === 'cancelled') {
      const message = `${formatTarget(target)}: ${sharedFrom} was to share its AMI, and has none: ${owner.message}`;
      return { ...common, status: owner.status, step: owner.step, code: owner.code, message };
    }
    const outcome = share?.consumers.find((consumer) => consumer.accountId === accountId);
    if (owner.status !== 'published' || outcome === undefined)
      throw new TypeError('a target finished without what became of its consumers');
    const { imageId, snapshotId, sizeGiB } = owner;
    if (outcome.code !== null && outcome.message !== null)
      return { ...common, status: 'failed', step: 'share', code: outcome.code, message: outcome.message };
    return { ...common, status: 'shared', imageId, snapshotId, sizeGiB, sharedFrom };
  });

const failed = (step: string, error: AmiPublisherError) => ({
  status: error.code === 'CANCELLED' ? ('cancelled' as const) : ('failed' as const),
  step,
  code: error.code,
  message: error.message,
});

/** The results of targets that were never begun: planning failed there, or the AMI exists. */
export const resultsOfPlan = (plan: PublicationPlan): TargetResult[] => [
  ...plan.failures.map(({ account, region, code, message, bestEffort }) => ({
    ...{ account, region, bestEffort, durationsMs: {}, durationMs: 0 },
    ...{ status: 'failed' as const, step: 'plan', code: code as ErrorCode, message },
  })),
  ...plan.skipped.map(({ target, imageId, reason, bestEffort }) => ({
    ...{ account: target.account, accountId: target.accountId, region: target.region, bestEffort },
    ...{ durationsMs: {}, durationMs: 0, status: 'skipped' as const, reason },
    ...(imageId !== null && { imageId }),
  })),
];

/** All results, in order of account and region. */
export const publicationResults = (
  plan: PublicationPlan,
  targets: readonly TargetResult[],
): PublicationResults => {
  const isGood = ({ status }: TargetResult) => ['published', 'shared', 'skipped'].includes(status);
  return {
    version: 1,
    publicationId: plan.publicationId,
    stream: plan.options.stream,
    leaf: plan.options.leaf,
    manifestDigest: plan.manifestDigest,
    amiName: plan.amiName,
    ok: targets.every((target) => isGood(target) || target.bestEffort),
    partial: !targets.every(isGood),
    targets: [...targets].sort(compareTargets),
  };
};

/** One entry of a results file as the reference writes it (reference 1.12). */
export interface ReferenceResult {
  readonly AccountName: string;
  readonly Region: string;
  readonly SharedFrom?: string;
  readonly SnapshotId?: string;
  readonly AmiId?: string;
  readonly Size?: number;
  readonly Error?: string;
}

/** The results with the reference's field names, for scripts that read its results files. */
export const toReferenceResults = (results: PublicationResults): ReferenceResult[] =>
  results.targets.map((target) => ({
    AccountName: target.account,
    Region: target.region,
    ...(target.status === 'shared' && { SharedFrom: target.sharedFrom }),
    ...(target.snapshotId !== undefined && { SnapshotId: target.snapshotId }),
    ...(target.imageId !== undefined && { AmiId: target.imageId }),
    ...('sizeGiB' in target && { Size: target.sizeGiB }),
    ...('message' in target && { Error: target.message }),
  }));
