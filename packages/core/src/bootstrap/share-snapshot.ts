import { isNotFound } from '../cloud/aws-error.js';
import type { Cloud } from '../cloud/cloud.js';
import type { CallOptions } from '../cloud/ec2-api.js';
import { formatTarget, type Target } from '../target/target.js';
import { type Need, removeLeft, whileHeld } from './while-held.js';

/** A permission to make volumes and copies of a snapshot. */
export interface SnapshotShare {
  readonly source: Target;
  readonly snapshotId: string;
  /** Who gets it; 12 digits. */
  readonly accountId: string;
}

/**
 * Lets an account at a snapshot while something is done, and then no longer. The permission is the account's, while copies are made in several
 * of its regions at once: the last one takes it back.
 *
 * @throws what the work throws; if the permission cannot be taken back, an error that says so too
 */
export const whileShared = <T>(
  cloud: Cloud,
  share: SnapshotShare,
  work: () => Promise<T>,
  options: CallOptions,
): Promise<T> =>
  whileHeld(cloud, { ...needOf(cloud, share), provide: () => modify(cloud, share, 'add', options) }, work);

/** Takes a permission back that an earlier process has left, unless it is needed. */
export const unshareLeft = (cloud: Cloud, share: SnapshotShare): Promise<void> =>
  removeLeft(cloud, needOf(cloud, share));

const needOf = (cloud: Cloud, share: SnapshotShare): Omit<Need<void>, 'provide'> => ({
  key: `${share.snapshotId} for ${share.accountId}`,
  remove: () => unshare(cloud, share),
  otherwise: `${share.snapshotId} of ${formatTarget(share.source)} is still shared with ${share.accountId}`,
});

/** A snapshot that is gone is fine. Not cancelled with the work: nobody would do it later. */
const unshare = async (cloud: Cloud, share: SnapshotShare): Promise<void> => {
  try {
    await modify(cloud, share, 'remove', {});
  } catch (reason) {
    if (!isNotFound(reason)) throw reason;
  }
};

const modify = async (
  cloud: Cloud,
  { source, snapshotId, accountId }: SnapshotShare,
  OperationType: 'add' | 'remove',
  { signal }: CallOptions,
): Promise<void> => {
  const ec2 = await cloud.ec2(source);
  await ec2.modifySnapshotAttribute(
    {
      SnapshotId: snapshotId,
      Attribute: 'createVolumePermission',
      OperationType,
      UserIds: [accountId],
    },
    { signal },
  );
};
