import { tagKeys } from '@ami-publisher/core';
import type * as ec2 from '@aws-sdk/client-ec2';
import { ApiError } from '../model/api-error.js';
import { newResourceId } from '../model/ids.js';
import type { SnapshotRecord, VolumeRecord } from '../model/records.js';
import { reportedPercent } from '../model/snapshot-progress.js';
import { checkNotBackup } from './backups.js';
import { type DescribeRules, describeRecords } from './describe.js';
import type { Ec2Context, Ec2Handler } from './handler.js';
import { lookup } from './lookup.js';
import { removeSnapshot } from './recycle-bin.js';
import { snapshotsSeenBy } from './shared-snapshots.js';
import { tagList, tagsAtCreation } from './tags.js';

/** Counted towards the time at which the snapshot completes. */
const progressOf = (
  { clock, snapshotProgress }: Ec2Context,
  { state, pendingSince, completesAt }: SnapshotRecord,
): string => {
  if (state === 'completed') return '100%';
  const share = (clock.now() - pendingSince) / Math.max(1, completesAt - pendingSince);
  return `${reportedPercent(snapshotProgress, share)}%`;
};

const snapshotView = (context: Ec2Context, snapshot: SnapshotRecord): ec2.Snapshot => ({
  CompletionTime: snapshot.completionTime,
  Description: snapshot.description,
  Encrypted: snapshot.kmsKey !== undefined,
  KmsKeyId: snapshot.kmsKey,
  OwnerId: snapshot.ownerId,
  Progress: progressOf(context, snapshot),
  SnapshotId: snapshot.id,
  StartTime: snapshot.startTime,
  State: snapshot.state,
  StateMessage: snapshot.stateMessage,
  StorageTier: 'standard',
  Tags: tagList(snapshot.tags),
  VolumeId: snapshot.volumeId,
  VolumeSize: snapshot.sizeGiB,
});

const snapshotableStates: ReadonlySet<VolumeRecord['state']> = new Set(['available', 'in-use']);

/** The content is copied before the call answers; the volume may be written again as soon as it has. */
export const createSnapshot: Ec2Handler<'CreateSnapshot'> = async (context, input) => {
  const { state, clock, latency, storage, transitions } = context;
  const volume = lookup(state.volumes, 'volume', input.VolumeId);
  if (!snapshotableStates.has(volume.state)) {
    throw new ApiError('IncorrectState', `The volume '${volume.id}' is '${volume.state}'.`);
  }
  const tags = tagsAtCreation('snapshot', input.TagSpecifications);
  const id = newResourceId('snapshot');
  const startTime = new Date(clock.now());
  const content = await storage.createSnapshot(state, volume.id, id);
  const pendingSince = clock.now();
  const completionMs = latency.next('completeSnapshotMs', id);
  const snapshot = state.snapshots.insert({
    id,
    state: 'pending',
    ownerId: state.accountId,
    volumeId: volume.id,
    sizeGiB: volume.sizeGiB,
    description: input.Description ?? '',
    kmsKey: volume.kmsKey,
    startTime,
    pendingSince,
    completesAt: pendingSince + completionMs,
    completionTime: undefined,
    createVolumePermissions: [],
    content,
    tags,
  });
  const publication = tags.get(tagKeys.publication);
  if (publication !== undefined && content !== undefined) {
    const capture = { publication, generation: content.generation };
    state.volumes.update(volume.id, { captures: [...volume.captures, capture] });
  }
  transitions.after(completionMs, () => {
    state.snapshots.update(id, { state: 'completed', completionTime: new Date(clock.now()) });
  });
  return snapshotView(context, snapshot);
};

export const deleteSnapshot: Ec2Handler<'DeleteSnapshot'> = async ({ state, storage }, input) => {
  const snapshot = lookup(state.snapshots, 'snapshot', input.SnapshotId);
  const user = state.images
    .list()
    .find(({ blockDeviceMappings }) =>
      blockDeviceMappings.some(({ Ebs }) => Ebs?.SnapshotId === snapshot.id),
    );
  if (user !== undefined) {
    throw new ApiError(
      'InvalidSnapshot.InUse',
      `The snapshot ${snapshot.id} is currently in use by ${user.id}`,
    );
  }
  checkNotBackup(snapshot);
  if (!removeSnapshot(state, snapshot.id)) await storage.deleteSnapshot(state, snapshot.id);
  return {};
};

const describeRules = (context: Ec2Context): DescribeRules<SnapshotRecord> => ({
  kind: 'snapshot',
  minResults: 5,
  filters: {
    description: ({ description }) => description,
    encrypted: ({ kmsKey }) => kmsKey !== undefined,
    'owner-id': ({ ownerId }) => ownerId,
    progress: (snapshot) => progressOf(context, snapshot),
    'snapshot-id': ({ id }) => id,
    'start-time': ({ startTime }) => startTime,
    status: ({ state }) => state,
    'storage-tier': () => 'standard',
    'volume-id': ({ volumeId }) => volumeId,
    'volume-size': ({ sizeGiB }) => sizeGiB,
  },
});

export const describeSnapshots: Ec2Handler<'DescribeSnapshots'> = (context, input) => {
  const request = {
    ids: input.SnapshotIds,
    filters: input.Filters,
    maxResults: input.MaxResults,
    nextToken: input.NextToken,
    lag: context.lag,
  };
  const { records, nextToken } = describeRecords(
    snapshotsSeenBy(context, input),
    describeRules(context),
    request,
  );
  return { Snapshots: records.map((snapshot) => snapshotView(context, snapshot)), NextToken: nextToken };
};
