import type * as ec2 from '@aws-sdk/client-ec2';
import { ApiError, invalidCombination, invalidParameter, required } from '../model/api-error.js';
import type { SnapshotRecord } from '../model/records.js';
import type { RegionState } from '../model/region-state.js';
import type { Ec2Handler } from './handler.js';
import { lookup } from './lookup.js';

const attribute = 'createVolumePermission';
/** EC2 API reference, ModifySnapshotAttribute. */
const maxModifications = 500;

const checkAttribute = (name: string | undefined): void => {
  if (name !== attribute) throw invalidParameter('attribute', name, 'The sandbox does not know it.');
};

/** Of a snapshot of the caller's own. */
export const describeSnapshotAttribute: Ec2Handler<'DescribeSnapshotAttribute'> = ({ state }, input) => {
  const snapshot = lookup(state.snapshots, 'snapshot', input.SnapshotId);
  checkAttribute(required(input.Attribute, 'attribute'));
  return { SnapshotId: snapshot.id, CreateVolumePermissions: [...snapshot.createVolumePermissions] };
};

interface Change {
  readonly Add: readonly ec2.CreateVolumePermission[];
  readonly Remove: readonly ec2.CreateVolumePermission[];
}

/** Both forms of the request: a structure, or an operation with lists. */
const changeOf = (input: ec2.ModifySnapshotAttributeRequest): Change => {
  const { CreateVolumePermission, GroupNames = [], OperationType, UserIds = [] } = input;
  if (CreateVolumePermission !== undefined)
    return { Add: CreateVolumePermission.Add ?? [], Remove: CreateVolumePermission.Remove ?? [] };
  const named: ec2.CreateVolumePermission[] = [
    ...UserIds.map((UserId) => ({ UserId })),
    ...GroupNames.map((Group) => ({ Group: Group as ec2.PermissionGroup })),
  ];
  return OperationType === 'remove' ? { Add: [], Remove: named } : { Add: named, Remove: [] };
};

/** Adding what is there, and removing what is not, changes nothing. */
export const modifySnapshotAttribute: Ec2Handler<'ModifySnapshotAttribute'> = ({ state }, input) => {
  const snapshot = lookup(state.snapshots, 'snapshot', input.SnapshotId);
  checkAttribute(input.Attribute ?? attribute);
  const { Add, Remove } = changeOf(input);
  checkChange({ Add, Remove });
  if (Add.length > 0) checkSharable(state, snapshot, Add);
  const left = snapshot.createVolumePermissions.filter((one) => !Remove.some((gone) => isSame(gone, one)));
  const added = Add.filter((one) => !left.some((there) => isSame(there, one)));
  state.snapshots.update(snapshot.id, { createVolumePermissions: [...left, ...added] });
  return {};
};

const isSame = (a: ec2.CreateVolumePermission, b: ec2.CreateVolumePermission): boolean =>
  a.Group === b.Group && a.UserId === b.UserId;

const checkChange = ({ Add, Remove }: Change): void => {
  if (Add.length + Remove.length === 0) throw invalidCombination('No permissions specified.');
  if (Add.length > 0 && Remove.length > 0)
    throw invalidCombination('Permissions cannot be added and removed in one request.');
  if (Add.length + Remove.length > maxModifications)
    throw invalidParameter(
      'createVolumePermission',
      Add.length + Remove.length,
      `At most ${maxModifications}.`,
    );
  for (const { Group, UserId } of [...Add, ...Remove]) {
    if ((Group === undefined) === (UserId === undefined))
      throw invalidCombination('A permission names either an account or a group.');
    if (Group !== undefined && Group !== 'all') throw invalidParameter('group', Group, 'Expecting all.');
    if (UserId !== undefined && !/^\d{12}$/.test(UserId))
      throw new ApiError('InvalidUserID.Malformed', `Invalid user id: "${UserId}"`);
  }
};

const checkSharable = (
  { kmsKeys }: RegionState,
  { kmsKey }: SnapshotRecord,
  added: readonly ec2.CreateVolumePermission[],
): void => {
  if (kmsKey === undefined) return;
  if (kmsKeys.get(kmsKey)?.manager === 'AWS')
    throw new ApiError('OperationNotPermitted', 'Encrypted snapshots with EBS default key cannot be shared');
  if (added.some(({ Group }) => Group === 'all'))
    throw new ApiError('OperationNotPermitted', 'Encrypted snapshots cannot be shared publicly');
};

/** Whether an account that is not the owner may copy a snapshot and make volumes of it, and so sees it. */
export const mayRestore = ({ createVolumePermissions }: SnapshotRecord, accountId: string): boolean =>
  createVolumePermissions.some(({ Group, UserId }) => Group === 'all' || UserId === accountId);
