import type { ModifyVolumeRequest } from '@aws-sdk/client-ec2';
import { ApiError } from '../model/api-error.js';
import type { ModificationRecord, VolumePerformance, VolumeRecord } from '../model/records.js';
import { type DescribeRules, describeRecords } from './describe.js';
import type { Ec2Handler } from './handler.js';
import { lookup } from './lookup.js';
import { checkPerformance } from './volume-types.js';
import { modificationView } from './volume-views.js';

const modifiableStates: ReadonlySet<VolumeRecord['state']> = new Set(['available', 'in-use']);

/** The new size counts from `optimizing` on. A volume never shrinks. */
export const modifyVolume: Ec2Handler<'ModifyVolume'> = (
  { state, clock, latency, storage, transitions },
  input,
) => {
  const volume = lookup(state.volumes, 'volume', input.VolumeId);
  const target = checkModification(volume, state.modifications.get(volume.id), input);
  const modification = state.modifications.insert({
    id: volume.id,
    state: 'modifying',
    startTime: new Date(clock.now()),
    endTime: undefined,
    original: performanceOf(volume),
    target,
    tags: new Map(),
  });
  transitions.after(latency.next('modifyVolumeMs', volume.id), async () => {
    await storage.resizeVolume(state, volume.id, target.sizeGiB);
    state.volumes.update(volume.id, target);
    state.modifications.update(volume.id, { state: 'optimizing' });
    transitions.after(latency.next('optimizeVolumeMs', volume.id), () => {
      state.modifications.update(volume.id, { state: 'completed', endTime: new Date(clock.now()) });
    });
  });
  return { VolumeModification: modificationView(modification) };
};

const performanceOf = ({ sizeGiB, type, iops, throughput }: VolumeRecord): VolumePerformance => ({
  sizeGiB,
  type,
  iops,
  throughput,
});

const checkModification = (
  volume: VolumeRecord,
  last: ModificationRecord | undefined,
  input: ModifyVolumeRequest,
): VolumePerformance => {
  if (!modifiableStates.has(volume.state))
    throw new ApiError('IncorrectState', `${volume.id} is '${volume.state}'.`);
  if (last !== undefined && last.state !== 'completed') {
    throw new ApiError(
      'IncorrectModificationState',
      `Volume '${volume.id}' is being modified: '${last.state}'.`,
    );
  }
  if (input.Size !== undefined && input.Size < volume.sizeGiB) {
    throw new ApiError('InvalidParameterValue', 'New size cannot be smaller than existing size');
  }
  const sameType = (input.VolumeType ?? volume.type) === volume.type;
  return checkPerformance({
    sizeGiB: input.Size ?? volume.sizeGiB,
    type: input.VolumeType ?? volume.type,
    iops: input.Iops ?? (sameType ? volume.iops : undefined),
    throughput: input.Throughput ?? (sameType ? volume.throughput : undefined),
  });
};

const describeRules: DescribeRules<ModificationRecord> = {
  kind: 'volume',
  minResults: 5,
  absent: (id) =>
    new ApiError('InvalidVolumeModification.NotFound', `Modification for volume '${id}' does not exist.`),
  filters: {
    'modification-state': ({ state }) => state,
    'original-iops': ({ original }) => original.iops,
    'original-size': ({ original }) => original.sizeGiB,
    'original-volume-type': ({ original }) => original.type,
    'start-time': ({ startTime }) => startTime,
    'target-iops': ({ target }) => target.iops,
    'target-size': ({ target }) => target.sizeGiB,
    'target-volume-type': ({ target }) => target.type,
    'volume-id': ({ id }) => id,
  },
};

export const describeVolumesModifications: Ec2Handler<'DescribeVolumesModifications'> = (
  { state, lag },
  input,
) => {
  for (const id of input.VolumeIds ?? []) lookup(state.volumes, 'volume', id);
  const { records, nextToken } = describeRecords(state.modifications, describeRules, {
    ids: input.VolumeIds,
    filters: input.Filters,
    maxResults: input.MaxResults,
    nextToken: input.NextToken,
    lag,
  });
  return { VolumesModifications: records.map(modificationView), NextToken: nextToken };
};
