import { toAmiPublisherError } from '@ami-publisher/base';
import type { ImageReference } from '@aws-sdk/client-ec2';
import pMap from 'p-map';
import { allPages } from '../../cloud/describe.js';
import type { CallOptions, Ec2Api } from '../../cloud/ec2-api.js';
import { formatTarget, type Target } from '../../target/target.js';
import { readPermissions, type SavedPermission } from '../launch-permissions.js';
import { batchesOf } from './batches.js';
import type { FoundReasons, Reason } from './reason.js';
import type { TargetUses } from './uses.js';

/** What is known of the accounts of a region: what uses AMIs in each, by account id. */
export type RegionUses = ReadonlyMap<string, TargetUses>;

interface LastLook extends CallOptions {
  readonly target: Target;
  readonly ec2: Ec2Api;
  readonly region: RegionUses;
}

/** AWS's limit of AMIs in a call. */
const referencesPerCall = 10;
/** Calls of one target at once. */
const callsAtOnce = 8;

/**
 * Asks what AWS tells only of AMIs one by one, or a few at a time: who else may launch them, and recipes of Image Builder. To be asked of
 * those that nothing else uses.
 */
export const takeLastLook = async (look: LastLook, imageIds: readonly string[]): Promise<FoundReasons> => {
  const found = new Map<string, Reason[]>();
  const add = (id: string, reasons: readonly Reason[]) => {
    if (reasons.length > 0) found.set(id, [...(found.get(id) ?? []), ...reasons]);
  };
  const concurrency = callsAtOnce;
  await pMap(
    batchesOf(referencesPerCall, imageIds),
    async (batch) => {
      const references = await attempt(look, 'recipes of Image Builder', () => findRecipes(look, batch));
      for (const id of batch)
        add(id, Array.isArray(references) ? recipeReasons(look, references, id) : [references]);
    },
    { concurrency },
  );
  await pMap(
    imageIds,
    async (id) => {
      const permissions = await attempt(look, 'launch permissions', () =>
        readPermissions(look.ec2, id, { signal: look.signal }),
      );
      add(id, Array.isArray(permissions) ? permissionReasons(look, permissions) : [permissions]);
    },
    { concurrency },
  );
  return found;
};

/** What was asked for, or that it could not be seen. */
const attempt = async <T>(
  { target, signal }: LastLook,
  what: string,
  ask: () => Promise<T[]>,
): Promise<T[] | Reason> => {
  try {
    return await ask();
  } catch (reason) {
    signal?.throwIfAborted();
    return unknownReason(target, what, toAmiPublisherError(reason).message);
  }
};

/** That something which may use the AMI could not be looked at. */
export const unknownReason = (
  { account, region }: Pick<Target, 'account' | 'region'>,
  what: string,
  message: string,
): Reason => ({ kind: 'unknown', account, region, text: `${what} could not be looked at: ${message}` });

const recipeKinds = {
  'imagebuilder:ContainerRecipe': 'container-recipe',
  'imagebuilder:ImageRecipe': 'image-recipe',
} as const;
type RecipeType = keyof typeof recipeKinds;

const findRecipes = ({ ec2, signal }: LastLook, ImageIds: string[]): Promise<ImageReference[]> => {
  const ResourceTypes = (Object.keys(recipeKinds) as RecipeType[]).map((ResourceType) => ({ ResourceType }));
  return allPages(
    (page) => ec2.describeImageReferences({ ImageIds, ResourceTypes, ...page }, { signal }),
    (page) => page.ImageReferences,
  );
};

const recipeReasons = ({ target }: LastLook, references: readonly ImageReference[], id: string): Reason[] =>
  references
    .filter(({ ImageId }) => ImageId === id)
    .map(({ ResourceType, Arn: resource = '' }) => ({
      kind: recipeKinds[ResourceType as RecipeType],
      ...{ account: target.account, region: target.region, resource },
      text: `recipe ${resource} of Image Builder`,
    }));

const permissionReasons = (look: LastLook, permissions: readonly SavedPermission[]): Reason[] =>
  permissions.flatMap((permission) => {
    const { Group, OrganizationArn, OrganizationalUnitArn, UserId } = permission;
    if (Group !== undefined) return [permissionReason(look, Group, 'everybody may launch it')];
    if (UserId !== undefined) return accountReasons(look, UserId);
    const arn = OrganizationArn ?? OrganizationalUnitArn ?? '';
    return [permissionReason(look, arn, `accounts of ${arn} may launch it`)];
  });

/** What an account uses is known if all of it was looked at. */
const accountReasons = (look: LastLook, accountId: string): Reason[] => {
  if (accountId === look.target.accountId) return [];
  const uses = look.region.get(accountId);
  if (uses === undefined)
    return [permissionReason(look, accountId, `account ${accountId}, which is not looked at, may launch it`)];
  return gapReasons(uses);
};

/** That not everything in an account and region was looked at. */
export const gapReasons = ({ target, gaps }: TargetUses): Reason[] =>
  gaps.map(({ what, error }) => unknownReason(target, `${what} of ${formatTarget(target)}`, error.message));

const permissionReason = ({ target }: LastLook, resource: string, text: string): Reason => ({
  kind: 'permission',
  ...{ account: target.account, region: target.region, resource },
  text,
});
