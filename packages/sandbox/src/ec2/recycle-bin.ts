import { required } from '../model/api-error.js';
import { checkId, notFound, type ResourceKind } from '../model/ids.js';
import type { RegionState } from '../model/region-state.js';
import type { Resource, Table } from '../model/table.js';
import type { Ec2Handler } from './handler.js';

/** Takes away an image that is deregistered; with a retention rule it goes to the bin. */
export const removeImage = ({ images, retained }: RegionState, id: string): void => {
  if (retained.images) images.recycle(id);
  else images.remove(id);
};

/** @returns whether it went to the bin, and its content has to stay. */
export const removeSnapshot = ({ snapshots, retained }: RegionState, id: string): boolean => {
  if (retained.snapshots) snapshots.recycle(id);
  else snapshots.remove(id);
  return retained.snapshots;
};

/** @throws the kind's NotFound for what is not in the bin. */
const binned = <R extends Resource>(table: Table<R>, kind: ResourceKind, id: string | undefined): R => {
  const given = required(id, `${kind}Id`);
  checkId(kind, given);
  const record = table.recycled(given);
  if (record === undefined) throw notFound(kind, given);
  return record;
};

/** An image comes back with its tags once its snapshots are there again. */
export const restoreImageFromRecycleBin: Ec2Handler<'RestoreImageFromRecycleBin'> = ({ state }, input) => {
  const { id, blockDeviceMappings } = binned(state.images, 'image', input.ImageId);
  for (const { Ebs } of blockDeviceMappings) {
    const snapshotId = Ebs?.SnapshotId;
    if (snapshotId !== undefined && state.snapshots.get(snapshotId) === undefined)
      throw notFound('snapshot', snapshotId);
  }
  state.images.restore(id);
  return { Return: true };
};

/** With its tags and its content. */
export const restoreSnapshotFromRecycleBin: Ec2Handler<'RestoreSnapshotFromRecycleBin'> = (
  { state },
  input,
) => {
  const { id } = binned(state.snapshots, 'snapshot', input.SnapshotId);
  state.snapshots.restore(id);
  return { SnapshotId: id };
};
