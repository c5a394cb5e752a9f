import { invalidOption } from '@ami-publisher/base';
import type { Ec2Action } from '@ami-publisher/core';

/** A token bucket: `size` calls at once, `perSecond` from then on. */
export interface BucketFigures {
  readonly size: number;
  readonly perSecond: number;
}

/** Limits of an account in a region. */
export interface QuotaFigures {
  /** Calls of an action; those that are not named have the bucket of `reads` or `writes`. */
  readonly actions: { readonly [A in Ec2Action]?: BucketFigures };
  /** Describe calls. */
  readonly reads: BucketFigures;
  /** Describe calls without ids, filters and page size. */
  readonly unboundedReads: BucketFigures;
  readonly writes: BucketFigures;
  readonly pendingSnapshotsPerVolume: number;
  readonly pendingSnapshotsPerAccount: number;
  /** Copies of snapshots that are under way to a region. */
  readonly pendingCopiesPerAccount: number;
  /** Time between the starts of two snapshots of a volume. */
  readonly snapshotIntervalMs: number;
  /** Time between the starts of two modifications of a volume. */
  readonly modificationIntervalMs: number;
}

/** `documented` is AWS's figures; others may be given in their place. */
export type QuotaOptions = 'off' | 'documented' | Partial<QuotaFigures>;

/**
 * EC2 API developer guide, "Request throttling" (buckets); EBS service quotas (pending snapshots and copies); API reference of CreateSnapshot,
 * `SnapshotCreationPerVolumeRateExceeded` (15 s) and ModifyVolume (six hours).
 */
export const documentedQuotas: QuotaFigures = {
  actions: {
    CreateTags: { size: 100, perSecond: 10 },
    DeleteTags: { size: 100, perSecond: 10 },
    RegisterImage: { size: 50, perSecond: 5 },
    RunInstances: { size: 5, perSecond: 2 },
    StartInstances: { size: 5, perSecond: 2 },
    StopInstances: { size: 5, perSecond: 2 },
  },
  reads: { size: 100, perSecond: 20 },
  unboundedReads: { size: 50, perSecond: 10 },
  writes: { size: 100, perSecond: 5 },
  pendingSnapshotsPerVolume: 5,
  pendingSnapshotsPerAccount: 100,
  pendingCopiesPerAccount: 20,
  snapshotIntervalMs: 15_000,
  modificationIntervalMs: 6 * 60 * 60_000,
};

/** @throws `INVALID_OPTION` */
export const resolveQuotas = (options: QuotaOptions = 'off'): QuotaFigures | undefined => {
  if (options === 'off') return undefined;
  if (options === 'documented') return documentedQuotas;
  if (typeof options === 'object') return { ...documentedQuotas, ...options };
  throw invalidOption('quotas', 'off, documented or figures', options);
};
