import type { CreateVolumeRequest } from '@aws-sdk/client-ec2';
import { ApiError, invalidCombination, required } from '../model/api-error.js';
import { newResourceId } from '../model/ids.js';
import type { SnapshotRecord, VolumeRecord } from '../model/records.js';
import { zoneIdsOf, zonesOf } from '../model/world.js';
import { oncePerToken } from './client-tokens.js';
import { type DescribeRules, describeRecords } from './describe.js';
import { chooseKey, unknownKey } from './encryption.js';
import type { Ec2Context, Ec2Handler } from './handler.js';
import { lookup } from './lookup.js';
import { storedIn } from './shared-snapshots.js';
import { tagsAtCreation } from './tags.js';
import { checkPerformance } from './volume-types.js';
import { volumeView } from './volume-views.js';

const describeRules: DescribeRules<VolumeRecord> = {
  kind: 'volume',
  minResults: 5,
  filters: {
    'attachment.attach-time': ({ attachment }) => attachment?.attachTime,
    'attachment.delete-on-termination': ({ attachment }) => attachment?.deleteOnTermination,
    'attachment.device': ({ attachment }) => attachment?.device,
    'attachment.instance-id': ({ attachment }) => attachment?.instanceId,
    'attachment.status': ({ attachment }) => attachment?.state,
    'availability-zone': ({ zone }) => zone,
    'create-time': ({ createTime }) => createTime,
    encrypted: ({ kmsKey }) => kmsKey !== undefined,
    size: ({ sizeGiB }) => sizeGiB,
    'snapshot-id': ({ snapshotId }) => snapshotId,
    status: ({ state }) => state,
    'volume-id': ({ id }) => id,
    'volume-type': ({ type }) => type,
  },
};

export const describeVolumes: Ec2Handler<'DescribeVolumes'> = ({ state, lag }, input) => {
  const { records, nextToken } = describeRecords(state.volumes, describeRules, {
    ids: input.VolumeIds,
    filters: input.Filters,
    maxResults: input.MaxResults,
    nextToken: input.NextToken,
    lag,
  });
  return { Volumes: records.map(volumeView), NextToken: nextToken };
};

export const createVolume: Ec2Handler<'CreateVolume'> = async (context, input) => {
  const volumeId = await oncePerToken(context.state, 'CreateVolume', input, () => makeVolume(context, input));
  return volumeView(lookup(context.state.volumes, 'volume', volumeId));
};

/** The volume shows up at once; its folder is made, and a snapshot's content copied, while it is `creating`. */
const makeVolume = async (context: Ec2Context, input: CreateVolumeRequest): Promise<string> => {
  const { state, clock, latency, storage, transitions } = context;
  const snapshot = sourceSnapshot(context, input.SnapshotId);
  const performance = checkPerformance({
    sizeGiB: input.Size ?? snapshot?.sizeGiB,
    type: input.VolumeType,
    iops: input.Iops,
    throughput: input.Throughput,
  });
  if (snapshot !== undefined && performance.sizeGiB < snapshot.sizeGiB) {
    throw new ApiError(
      'InvalidParameterValue',
      `The size of the volume must be at least that of ${snapshot.id}, ${snapshot.sizeGiB} GiB.`,
    );
  }
  const kmsKey = chooseKey(state, {
    encrypted: input.Encrypted,
    kmsKeyId: input.KmsKeyId,
    inherited: snapshot?.kmsKey,
  });
  const id = newResourceId('volume');
  state.volumes.insert({
    id,
    ...performance,
    state: 'creating',
    zone: chooseZone(state.region, input),
    kmsKey: kmsKey === unknownKey ? input.KmsKeyId : kmsKey,
    snapshotId: snapshot?.id,
    createTime: new Date(clock.now()),
    attachment: undefined,
    captures: [],
    tags: tagsAtCreation('volume', input.TagSpecifications),
  });
  transitions.after(latency.next('createVolumeMs', id), async () => {
    if (kmsKey !== unknownKey)
      await storage.createVolume(state, id, performance.sizeGiB, snapshot && storedIn(state, snapshot));
    state.volumes.update(id, { state: kmsKey === unknownKey ? 'error' : 'available' });
  });
  return id;
};

const sourceSnapshot = ({ state }: Ec2Context, id: string | undefined): SnapshotRecord | undefined => {
  if (id === undefined) return undefined;
  const snapshot = lookup(state.snapshots, 'snapshot', id);
  if (snapshot.state !== 'completed')
    throw new ApiError('IncorrectState', `Snapshot '${id}' is not 'completed'`);
  return snapshot;
};

const chooseZone = (
  region: string,
  { AvailabilityZone, AvailabilityZoneId }: CreateVolumeRequest,
): string => {
  if (AvailabilityZone !== undefined && AvailabilityZoneId !== undefined) {
    throw invalidCombination(
      'The parameters AvailabilityZone and AvailabilityZoneId cannot be used together',
    );
  }
  const zones = zonesOf(region);
  const given = required(AvailabilityZone ?? AvailabilityZoneId, 'zone');
  const zone = AvailabilityZone === undefined ? zones[zoneIdsOf(region).indexOf(given)] : given;
  if (zone === undefined || !zones.includes(zone)) {
    throw new ApiError('InvalidZone.NotFound', `The zone '${given}' does not exist.`);
  }
  return zone;
};

const deletableStates: ReadonlySet<VolumeRecord['state']> = new Set(['available', 'error']);

export const deleteVolume: Ec2Handler<'DeleteVolume'> = ({ state, latency, storage, transitions }, input) => {
  const volume = lookup(state.volumes, 'volume', input.VolumeId);
  if (volume.attachment !== undefined) {
    throw new ApiError(
      'VolumeInUse',
      `Volume ${volume.id} is currently attached to ${volume.attachment.instanceId}`,
    );
  }
  if (!deletableStates.has(volume.state)) {
    throw new ApiError('IncorrectState', `The volume '${volume.id}' is '${volume.state}'.`);
  }
  state.volumes.update(volume.id, { state: 'deleting' });
  transitions.after(latency.next('deleteVolumeMs', volume.id), async () => {
    await storage.deleteVolume(state, volume.id);
    state.volumes.remove(volume.id);
    state.modifications.remove(volume.id);
  });
  return {};
};
