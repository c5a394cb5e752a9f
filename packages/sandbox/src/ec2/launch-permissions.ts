import type * as ec2 from '@aws-sdk/client-ec2';
import type { Membership } from '../kms/key-access.js';
import { ApiError, invalidParameter, required } from '../model/api-error.js';
import type { ImageRecord } from '../model/records.js';
import type { RegionState } from '../model/region-state.js';
import type { Ec2Handler } from './handler.js';
import { lookupImage } from './lookup-image.js';

/** The attributes that are told, of all that AWS has. */
const attributes: Readonly<Record<string, (image: ImageRecord) => Partial<ec2.ImageAttribute>>> = {
  description: ({ properties }) => ({ Description: { Value: properties.Description } }),
  launchPermission: ({ launchPermissions }) => ({ LaunchPermissions: [...launchPermissions] }),
};

/** Of an image of the caller's own. */
export const describeImageAttribute: Ec2Handler<'DescribeImageAttribute'> = ({ state }, input) => {
  const image = lookupImage(state, input.ImageId);
  const name = required(input.Attribute, 'attribute');
  const read = Object.hasOwn(attributes, name) ? attributes[name] : undefined;
  if (read === undefined) throw invalidParameter('attribute', name, 'The sandbox does not know it.');
  return { ImageId: image.id, ...read(image) };
};

/** Adding what is there, and removing what is not, changes nothing. */
export const modifyImageAttribute: Ec2Handler<'ModifyImageAttribute'> = ({ state }, input) => {
  const image = lookupImage(state, input.ImageId);
  const { Description, LaunchPermission } = input;
  if (Description === undefined && LaunchPermission === undefined) {
    throw new ApiError('InvalidParameterCombination', 'No attributes specified.');
  }
  if (LaunchPermission !== undefined && image.state === 'disabled') {
    throw new ApiError('IncorrectState', `The image '${image.id}' is disabled and cannot be shared.`);
  }
  const { Add = [], Remove = [] } = LaunchPermission ?? {};
  for (const permission of [...Add, ...Remove]) checkPermission(permission);
  if (Add.length > 0) checkKeys(state, image);
  const left = image.launchPermissions.filter((one) => !Remove.some((gone) => isSame(gone, one)));
  const added = Add.filter((one) => !left.some((there) => isSame(there, one)));
  state.images.update(image.id, {
    launchPermissions: [...left, ...added],
    ...(Description !== undefined && {
      properties: { ...image.properties, Description: Description.Value },
    }),
  });
  return {};
};

const checkKeys = ({ kmsKeys, snapshots }: RegionState, { blockDeviceMappings }: ImageRecord): void => {
  for (const { Ebs } of blockDeviceMappings) {
    const key = snapshots.get(Ebs?.SnapshotId ?? '')?.kmsKey;
    if (key !== undefined && kmsKeys.get(key)?.manager === 'AWS')
      throw new ApiError(
        'InvalidParameter',
        "Snapshots encrypted with the AWS Managed CMK can't be shared. Specify another snapshot.",
      );
  }
};

const fields = ['Group', 'OrganizationArn', 'OrganizationalUnitArn', 'UserId'] as const;

const isSame = (a: ec2.LaunchPermission, b: ec2.LaunchPermission): boolean =>
  fields.every((field) => a[field] === b[field]);

const forms: Readonly<Record<(typeof fields)[number], RegExp>> = {
  Group: /^all$/,
  OrganizationArn: /^arn:aws[\w-]*:organizations::\d{12}:organization\/o-[a-z0-9]{10,32}$/,
  OrganizationalUnitArn: /^arn:aws[\w-]*:organizations::\d{12}:ou\/o-[a-z0-9]{10,32}\/ou-[0-9a-z-]+$/,
  UserId: /^\d{12}$/,
};

const checkPermission = (permission: ec2.LaunchPermission): void => {
  const given = fields.filter((field) => permission[field] !== undefined);
  const [field] = given;
  if (field === undefined || given.length > 1) {
    throw new ApiError('InvalidParameterCombination', 'A launch permission names exactly one grantee.');
  }
  const value = permission[field] ?? '';
  if (forms[field].test(value)) return;
  throw new ApiError(
    field === 'UserId' ? 'InvalidAMIAttributeItemValue' : 'InvalidParameterValue',
    `Invalid attribute item value "${value}" for ${field} item type.`,
  );
};

/** An account, and where it is in an organization. */
export interface Launcher {
  readonly accountId: string;
  readonly membership: Membership | undefined;
}

/** Whether an account that is not the owner may launch, and so see, an image. */
export const mayLaunch = ({ launchPermissions, state }: ImageRecord, launcher: Launcher): boolean =>
  state !== 'disabled' && launchPermissions.some((permission) => takesIn(permission, launcher));

const takesIn = (
  { Group, OrganizationArn, OrganizationalUnitArn, UserId }: ec2.LaunchPermission,
  { accountId, membership }: Launcher,
): boolean => {
  if (Group === 'all' || UserId === accountId) return true;
  if (membership === undefined) return false;
  const last = (arn = '') => arn.slice(arn.lastIndexOf('/') + 1);
  const units = membership.path.split('/');
  return (
    last(OrganizationArn) === membership.organization ||
    (OrganizationalUnitArn !== undefined && units.includes(last(OrganizationalUnitArn)))
  );
};
