import type { StoredSnapshot } from '../model/ports.js';
import type { SnapshotRecord } from '../model/records.js';
import type { RegionState } from '../model/region-state.js';
import type { Listing } from './describe.js';
import type { Ec2Context } from './handler.js';
import { isOneOf, visibleOf, withShared } from './shared-listing.js';
import { mayRestore } from './snapshot-permissions.js';

interface Whose {
  readonly OwnerIds?: readonly string[] | undefined;
  readonly RestorableByUserIds?: readonly string[] | undefined;
}

/** The snapshots that a caller may see: its own, and what others let it restore. */
export const snapshotsSeenBy = (
  { state, others }: Ec2Context,
  { OwnerIds, RestorableByUserIds }: Whose,
): Listing<SnapshotRecord> => {
  const { accountId } = state;
  return withShared(
    state.snapshots,
    others().map(({ snapshots }) =>
      visibleOf(snapshots, (snapshot) => mayRestore(snapshot, accountId), state.sharedTags),
    ),
    (snapshot) =>
      isOneOf(snapshot.ownerId, OwnerIds, accountId) &&
      isRestorable(snapshot, RestorableByUserIds, accountId),
  );
};

/** `self` takes in what is the caller's own, too; another account's id what that account was given permission for, `all` what is public. */
const isRestorable = (
  { createVolumePermissions, ownerId }: SnapshotRecord,
  users: readonly string[] | undefined,
  accountId: string,
): boolean => {
  if (users === undefined || users.length === 0) return true;
  const named = new Set(users.map((user) => (user === 'self' ? accountId : user)));
  return (
    named.has(ownerId) ||
    createVolumePermissions.some(
      ({ Group, UserId }) => (Group === 'all' && named.has('all')) || named.has(UserId ?? ''),
    )
  );
};

/** A snapshot that an account may read, its own or another's, with where it is. */
export interface ReadableSnapshot {
  readonly place: RegionState;
  readonly snapshot: SnapshotRecord;
}

/** Finds a snapshot that an account may read among what all accounts have in a region. */
export const readableSnapshot = (
  states: readonly RegionState[],
  snapshotId: string,
  accountId: string,
): ReadableSnapshot | undefined => {
  const place = states.find(({ snapshots }) => snapshots.get(snapshotId) !== undefined);
  const snapshot = place?.snapshots.get(snapshotId);
  if (place === undefined || snapshot === undefined) return undefined;
  return place.accountId === accountId || mayRestore(snapshot, accountId) ? { place, snapshot } : undefined;
};

/** Where the content of an own snapshot is. */
export const storedIn = (
  { accountId, region }: RegionState,
  { id }: Pick<SnapshotRecord, 'id'>,
): StoredSnapshot => ({ accountId, region, snapshotId: id });
