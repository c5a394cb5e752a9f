import type { LaunchPermission } from '@aws-sdk/client-ec2';
import { readPermissions, type SavedPermission } from '../amis/launch-permissions.js';
import type { CallOptions, Ec2Api } from '../cloud/ec2-api.js';
import type { JsonObject } from '../steps/json.js';

/** Accounts that may restore a snapshot, or are to. */
export interface SnapshotAccounts extends JsonObject {
  readonly snapshotId: string;
  readonly accountIds: readonly string[];
}

/** Who may launch an AMI and restore its snapshots, or is to. */
export interface Permissions extends JsonObject {
  readonly launch: readonly SavedPermission[];
  readonly snapshots: readonly SnapshotAccounts[];
}

/** EC2 API reference, ModifySnapshotAttribute; for launch permissions none is told. */
const atOnce = 500;

const inBatches = async <T>(all: readonly T[], send: (some: T[]) => Promise<unknown>): Promise<void> => {
  for (let start = 0; start < all.length; start += atOnce) await send(all.slice(start, start + atOnce));
};

/** The accounts that may restore a snapshot; everybody, if it is public, is none of them. */
const readSnapshotAccounts = async (
  ec2: Ec2Api,
  snapshotId: string,
  options: CallOptions,
): Promise<SnapshotAccounts> => {
  const { CreateVolumePermissions = [] } = await ec2.describeSnapshotAttribute(
    { SnapshotId: snapshotId, Attribute: 'createVolumePermission' },
    options,
  );
  return { snapshotId, accountIds: CreateVolumePermissions.flatMap(({ UserId }) => UserId ?? []) };
};

/** Who may launch an AMI and restore the snapshots now. */
export const presentPermissions = async (
  ec2: Ec2Api,
  imageId: string,
  snapshotIds: readonly string[],
  options: CallOptions,
): Promise<Permissions> => ({
  launch: await readPermissions(ec2, imageId, options),
  snapshots: await Promise.all(snapshotIds.map((id) => readSnapshotAccounts(ec2, id, options))),
});

const accountsOf = ({ snapshots }: Permissions, snapshotId: string): readonly string[] =>
  snapshots.find((one) => one.snapshotId === snapshotId)?.accountIds ?? [];

const isSame = (a: SavedPermission, b: SavedPermission): boolean =>
  a.Group === b.Group &&
  a.OrganizationArn === b.OrganizationArn &&
  a.OrganizationalUnitArn === b.OrganizationalUnitArn &&
  a.UserId === b.UserId;

/** Those of the wanted ones that are there (`true`), or that are not. */
const select = (wanted: Permissions, present: Permissions, isThere: boolean): Permissions => ({
  launch: wanted.launch.filter((one) => present.launch.some((other) => isSame(one, other)) === isThere),
  snapshots: wanted.snapshots
    .map(({ snapshotId, accountIds }) => ({
      snapshotId,
      accountIds: accountIds.filter((id) => accountsOf(present, snapshotId).includes(id) === isThere),
    }))
    .filter(({ accountIds }) => accountIds.length > 0),
});

/** What is wanted and not there. */
export const missingPermissions = (wanted: Permissions, present: Permissions): Permissions =>
  select(wanted, present, false);

/** What is named and there. */
export const commonPermissions = (named: Permissions, present: Permissions): Permissions =>
  select(named, present, true);

export const isNothing = ({ launch, snapshots }: Permissions): boolean =>
  launch.length === 0 && snapshots.length === 0;

/** Gives permissions, of the snapshots first, so that who sees the AMI can copy it; those that are there stay. */
export const addPermissions = async (
  ec2: Ec2Api,
  imageId: string,
  { launch, snapshots }: Permissions,
  options: CallOptions,
): Promise<void> => {
  for (const { snapshotId, accountIds } of snapshots)
    await inBatches(accountIds, (some) =>
      ec2.modifySnapshotAttribute(
        { SnapshotId: snapshotId, CreateVolumePermission: { Add: some.map((UserId) => ({ UserId })) } },
        options,
      ),
    );
  await inBatches(launch, (some) => {
    const Add = some as readonly LaunchPermission[] as LaunchPermission[];
    return ec2.modifyImageAttribute({ ImageId: imageId, LaunchPermission: { Add } }, options);
  });
};

/** Takes permissions, of the AMI first; those that are not there are no matter. */
export const removePermissions = async (
  ec2: Ec2Api,
  imageId: string,
  { launch, snapshots }: Permissions,
  options: CallOptions,
): Promise<void> => {
  await inBatches(launch, (some) => {
    const Remove = some as readonly LaunchPermission[] as LaunchPermission[];
    return ec2.modifyImageAttribute({ ImageId: imageId, LaunchPermission: { Remove } }, options);
  });
  for (const { snapshotId, accountIds } of snapshots)
    await inBatches(accountIds, (some) =>
      ec2.modifySnapshotAttribute(
        { SnapshotId: snapshotId, CreateVolumePermission: { Remove: some.map((UserId) => ({ UserId })) } },
        options,
      ),
    );
};
