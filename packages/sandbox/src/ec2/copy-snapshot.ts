import type * as ec2 from '@aws-sdk/client-ec2';
import { canUseKey } from '../kms/key-access.js';
import { ApiError, required } from '../model/api-error.js';
import { checkId, newResourceId, notFound } from '../model/ids.js';
import { findKey } from '../model/kms-keys.js';
import type { SnapshotRecord } from '../model/records.js';
import { chooseKey, unknownKey } from './encryption.js';
import type { Ec2Context, Ec2Handler } from './handler.js';
import { type ReadableSnapshot, readableSnapshot, storedIn } from './shared-snapshots.js';
import { tagList, tagsAtCreation } from './tags.js';

/** What copies are said to be of: no volume. */
const arbitraryVolume = 'vol-ffffffff';

/**
 * Copies a snapshot of the caller's own, or one that another account shares, from any region to the one that is called. Keys that cannot be
 * used show only when the copy fails.
 */
export const copySnapshot: Ec2Handler<'CopySnapshot'> = async (context, input) => {
  const { state, clock, latency, storage, transitions } = context;
  const source = sourceOf(context, input);
  const key = chooseKey(state, {
    encrypted: input.Encrypted === true || source.snapshot.kmsKey !== undefined,
    kmsKeyId: input.KmsKeyId,
    inherited: undefined,
  });
  const tags = tagsAtCreation('snapshot', input.TagSpecifications);
  const id = newResourceId('snapshot');
  const startTime = new Date(clock.now());
  const completionMs = latency.next('completeSnapshotMs', id);
  const isReadable = canRead(context, source) && key !== unknownKey;
  if (isReadable) await storage.copySnapshot(storedIn(source.place, source.snapshot), state, id);
  const pendingSince = clock.now();
  state.snapshots.insert({
    ...{ id, startTime, pendingSince, tags },
    state: 'pending',
    ownerId: state.accountId,
    volumeId: arbitraryVolume,
    copiedFrom: source.snapshot.id,
    sizeGiB: source.snapshot.sizeGiB,
    description: input.Description ?? '',
    kmsKey: key === unknownKey ? input.KmsKeyId : key,
    completesAt: pendingSince + completionMs,
    completionTime: undefined,
    createVolumePermissions: [],
    content: source.snapshot.content,
  });
  transitions.after(completionMs, () => {
    state.snapshots.update(id, isReadable ? completedAt(clock.now()) : failed);
  });
  return { SnapshotId: id, Tags: tagList(tags) };
};

const completedAt = (now: number): Partial<SnapshotRecord> => ({
  state: 'completed',
  completionTime: new Date(now),
});

const failed: Partial<SnapshotRecord> = {
  state: 'error',
  stateMessage: 'Given key ID is not accessible',
};

const sourceOf = ({ everywhere, state }: Ec2Context, input: ec2.CopySnapshotRequest): ReadableSnapshot => {
  const region = required(input.SourceRegion, 'sourceRegion');
  const id = required(input.SourceSnapshotId, 'sourceSnapshotId');
  checkId('snapshot', id);
  const source = readableSnapshot(everywhere(region), id, state.accountId);
  if (source === undefined) throw notFound('snapshot', id);
  if (source.snapshot.state === 'completed') return source;
  throw new ApiError('IncorrectState', `Snapshot ${id} is in invalid state - ${source.snapshot.state}`);
};

/** Whether the copier may use the key that the source is encrypted with. */
const canRead = (
  { everywhere, membership, state }: Ec2Context,
  { place, snapshot }: ReadableSnapshot,
): boolean => {
  if (snapshot.kmsKey === undefined) return true;
  const key = findKey(place, everywhere(place.region), snapshot.kmsKey);
  const { accountId } = state;
  return key !== undefined && canUseKey(key, { accountId, region: place.region, membership });
};
