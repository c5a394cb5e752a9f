import type { Clock } from '@ami-publisher/base';
import type { Ec2Action } from '@ami-publisher/core';
import type * as ec2 from '@aws-sdk/client-ec2';
import { ApiError, throttled } from '../model/api-error.js';
import type { RegionState } from '../model/region-state.js';
import type { BucketFigures, QuotaFigures } from './figures.js';
import { TokenBucket } from './token-bucket.js';

type ResourceQuota = (state: RegionState, input: never, figures: QuotaFigures, now: number) => void;

const checkSnapshot = (
  state: RegionState,
  { VolumeId }: ec2.CreateSnapshotRequest,
  figures: QuotaFigures,
  now: number,
): void => {
  const startedAt = state.snapshotStarts.get(VolumeId ?? '') ?? Number.NEGATIVE_INFINITY;
  if (now - startedAt < figures.snapshotIntervalMs) {
    throw new ApiError(
      'SnapshotCreationPerVolumeRateExceeded',
      `The maximum per volume CreateSnapshot request rate has been exceeded. Use an increasing or variable sleep interval between requests.`,
    );
  }
  const pending = state.snapshots.list().filter((snapshot) => snapshot.state === 'pending');
  if (pending.filter(({ volumeId }) => volumeId === VolumeId).length >= figures.pendingSnapshotsPerVolume) {
    throw new ApiError(
      'ConcurrentSnapshotLimitExceeded',
      `Maximum allowed in-progress snapshots for a single volume exceeded: ${VolumeId}`,
    );
  }
  if (pending.length >= figures.pendingSnapshotsPerAccount) {
    throw new ApiError(
      'PendingSnapshotLimitExceeded',
      `Maximum allowed pending snapshots exceeded: ${figures.pendingSnapshotsPerAccount}`,
    );
  }
  state.snapshotStarts.set(VolumeId ?? '', now);
};

const checkCopy = (state: RegionState, _input: object, { pendingCopiesPerAccount }: QuotaFigures): void => {
  const copies = state.snapshots
    .list()
    .filter(({ copiedFrom, state: progress }) => copiedFrom !== undefined && progress === 'pending');
  if (copies.length < pendingCopiesPerAccount) return;
  throw new ApiError(
    'ResourceLimitExceeded',
    `Too many snapshot copies in progress. The limit is ${pendingCopiesPerAccount} for this destination region.`,
  );
};

const checkModification = (
  state: RegionState,
  { VolumeId }: ec2.ModifyVolumeRequest,
  figures: QuotaFigures,
  now: number,
): void => {
  const startedAt = state.modifications.get(VolumeId ?? '')?.startTime.getTime();
  if (startedAt === undefined || now - startedAt >= figures.modificationIntervalMs) return;
  throw new ApiError(
    'VolumeModificationRateExceeded',
    `You've reached the maximum modification rate per volume limit. Wait at least 6 hours between modifications per EBS volume: ${VolumeId}`,
  );
};

const resourceQuotas: { readonly [A in Ec2Action]?: ResourceQuota } = {
  CopySnapshot: checkCopy,
  CreateSnapshot: checkSnapshot,
  ModifyVolume: checkModification,
};

/** What a Describe call may say to be answered from the larger bucket. */
const boundingMembers = ['Filters', 'MaxResults'].concat([
  'GroupIds',
  'ImageIds',
  'InstanceIds',
  'KeyNames',
  'KeyPairIds',
  'SnapshotIds',
  'SubnetIds',
  'VolumeIds',
  'VpcIds',
]);

const isUnbounded = (input: object): boolean => {
  const members = input as Readonly<Record<string, unknown>>;
  return boundingMembers.every((name) => members[name] === undefined);
};

/** AWS's limits, kept for each account and region. */
export class Quotas {
  readonly #figures: QuotaFigures;
  readonly #clock: Clock;
  readonly #buckets = new Map<string, TokenBucket>();

  constructor(figures: QuotaFigures, clock: Clock) {
    this.#figures = figures;
    this.#clock = clock;
  }

  /** Takes a token of the action. @throws `RequestLimitExceeded` */
  takeToken({ accountId, region }: RegionState, action: Ec2Action, input: object): void {
    const [name, figures] = this.#bucketFigures(action, input);
    const key = `${accountId},${region},${name}`;
    const now = this.#clock.now();
    const bucket = this.#buckets.get(key) ?? new TokenBucket(figures, now);
    this.#buckets.set(key, bucket);
    if (!bucket.take(now)) throw throttled();
  }

  /**
   * Checks the limits on what an action makes or changes.
   *
   * @throws `SnapshotCreationPerVolumeRateExceeded`, `ConcurrentSnapshotLimitExceeded`, `PendingSnapshotLimitExceeded`,
   * `VolumeModificationRateExceeded`
   */
  checkResources(state: RegionState, action: Ec2Action, input: object): void {
    resourceQuotas[action]?.(state, input as never, this.#figures, this.#clock.now());
  }

  #bucketFigures(action: Ec2Action, input: object): readonly [name: string, figures: BucketFigures] {
    const { actions, reads, unboundedReads, writes } = this.#figures;
    const own = actions[action];
    if (own !== undefined) return [action, own];
    if (!action.startsWith('Describe')) return [action, writes];
    return isUnbounded(input) ? [`${action}, unbounded`, unboundedReads] : [action, reads];
  }
}
