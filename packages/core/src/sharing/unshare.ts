import type { Image } from '@aws-sdk/client-ec2';
import pMap from 'p-map';
import { readPermissions } from '../amis/launch-permissions.js';
import { findSnapshotUsers, imageIdOf, nameOfImage, snapshotIdsOf } from '../amis/look-up.js';
import type { Ec2Api } from '../cloud/ec2-api.js';
import type { Change, Command, PlanContext } from '../operations/command.js';
import { planEachTarget } from '../operations/plan-each-target.js';
import { formatTarget, type Target } from '../target/target.js';
import { checkChoice, chosenImages, type ImageChoice } from './chosen-images.js';
import { accountsAmong, type Grantee, permissionOf } from './grantee.js';
import {
  addPermissions,
  commonPermissions,
  isNothing,
  type Permissions,
  presentPermissions,
  removePermissions,
} from './permissions.js';

export interface UnshareRequest {
  readonly images: ImageChoice;
  readonly grantees: readonly Grantee[];
}

/** Permissions that an AMI and its snapshots lose. */
export interface UnshareImage extends Change {
  readonly remove: Permissions;
}

/**
 * `unshare`: nobody of those named launches or copies the AMIs any more; the AMI first, then its snapshots. A snapshot that another AMI has which
 * stays shared with an account stays, too. Keys and their grants are left alone.
 */
export const unshareCommand: Command<UnshareRequest, UnshareImage, Permissions> = {
  name: 'unshare',
  destroys: true,
  timeoutMs: 5 * 60_000,
  plan: async (context, request) => {
    checkChoice(request.images);
    return planEachTarget(context, (target, ec2) => planUnsharing(context, ec2, target, request));
  },
  run: async ({ services, signal }, { resource, remove }) => {
    await removePermissions(services.ec2, resource, remove, { signal });
    return remove;
  },
  undo: ({ services, signal }, { resource, remove }) =>
    addPermissions(services.ec2, resource, remove, { signal }),
};

const concurrentCalls = 8;

const planUnsharing = async (
  context: PlanContext,
  ec2: Ec2Api,
  target: Target,
  { images: choice, grantees }: UnshareRequest,
): Promise<UnshareImage[]> => {
  const images = await chosenImages(context, ec2, target, choice);
  const kept = await keptAccounts(context, ec2, target, images);
  const changes = await pMap(
    images,
    async (image): Promise<UnshareImage[]> => {
      const snapshotIds = snapshotIdsOf(image);
      const named = {
        launch: grantees.map(permissionOf),
        snapshots: snapshotIds.map((snapshotId) => ({
          snapshotId,
          accountIds: accountsAmong(grantees).filter((id) => !kept.get(snapshotId)?.has(id)),
        })),
      };
      const present = await presentPermissions(ec2, imageIdOf(image), snapshotIds, context);
      const remove = commonPermissions(named, present);
      return isNothing(remove) ? [] : [changeOf(image, grantees, remove)];
    },
    { concurrency: concurrentCalls },
  );
  return changes.flat();
};

const changeOf = (image: Image, grantees: readonly Grantee[], remove: Permissions): UnshareImage => ({
  call: 'ec2:ModifyImageAttribute',
  resource: imageIdOf(image),
  text: `stop sharing ${[nameOfImage(image), ...remove.snapshots.map(({ snapshotId }) => snapshotId)].join(' and ')} with ${grantees.map(({ id }) => id).join(', ')}`,
  remove,
});

/** By snapshot, the accounts for which another AMI that stays shared has it. */
const keptAccounts = async (
  context: PlanContext,
  ec2: Ec2Api,
  target: Target,
  images: readonly Image[],
): Promise<ReadonlyMap<string, ReadonlySet<string>>> => {
  const chosen = new Set(images.map(imageIdOf));
  const users = await findSnapshotUsers(ec2, images.flatMap(snapshotIdsOf), context);
  const kept = new Map<string, Set<string>>();
  for (const [snapshotId, imageIds] of users)
    for (const imageId of imageIds.filter((id) => !chosen.has(id))) {
      const permissions = await readPermissions(ec2, imageId, context);
      const accounts = permissions.flatMap(({ UserId }) => UserId ?? []);
      if (accounts.length === 0) continue;
      context.note(
        `${formatTarget(target)}: ${snapshotId} stays shared with ${accounts.join(', ')}, since ${imageId} has it`,
      );
      kept.set(snapshotId, new Set([...(kept.get(snapshotId) ?? []), ...accounts]));
    }
  return kept;
};
