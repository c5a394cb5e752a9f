import type { LaunchPermission } from '@aws-sdk/client-ec2';
import type { CallOptions, Ec2Api } from '../cloud/ec2-api.js';
import type { JsonObject } from '../steps/json.js';

/** Who else may launch an AMI, as the journal keeps it: an account, an organization, a unit of one, or everybody. */
export type SavedPermission = JsonObject &
  Readonly<Partial<Record<'Group' | 'OrganizationArn' | 'OrganizationalUnitArn' | 'UserId', string>>>;

/** Who else may launch an AMI now. */
export const readPermissions = async (
  ec2: Ec2Api,
  imageId: string,
  options: CallOptions,
): Promise<SavedPermission[]> => {
  const { LaunchPermissions = [] } = await ec2.describeImageAttribute(
    { ImageId: imageId, Attribute: 'launchPermission' },
    options,
  );
  return LaunchPermissions.map(({ Group, OrganizationArn, OrganizationalUnitArn, UserId }) => ({
    ...(Group !== undefined && { Group }),
    ...(OrganizationArn !== undefined && { OrganizationArn }),
    ...(OrganizationalUnitArn !== undefined && { OrganizationalUnitArn }),
    ...(UserId !== undefined && { UserId }),
  }));
};

/** Gives permissions back; those that are there stay. */
export const givePermissions = async (
  ec2: Ec2Api,
  imageId: string,
  permissions: readonly SavedPermission[],
  options: CallOptions,
): Promise<void> => {
  if (permissions.length === 0) return;
  const Add = permissions as readonly LaunchPermission[] as LaunchPermission[];
  await ec2.modifyImageAttribute({ ImageId: imageId, LaunchPermission: { Add } }, options);
};
