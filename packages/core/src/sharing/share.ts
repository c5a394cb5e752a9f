import { AmiPublisherError, toAmiPublisherError } from '@ami-publisher/base';
import { isNotFound } from '../cloud/aws-error.js';
import type { ChangeContext, Command } from '../operations/command.js';
import { planEachTarget } from '../operations/plan-each-target.js';
import type { JsonObject } from '../steps/json.js';
import { formatTarget } from '../target/target.js';
import { checkChoice } from './chosen-images.js';
import {
  addPermissions,
  missingPermissions,
  type Permissions,
  presentPermissions,
  removePermissions,
} from './permissions.js';
import {
  type GrantKey,
  grantCall,
  planSharing,
  type ShareImage,
  type ShareRequest,
  shareCall,
} from './share-plan.js';

/** A grant that was made. */
interface MadeGrant extends JsonObject {
  readonly grantId: string;
}

/** `share`: lets others launch and copy AMIs: the snapshots first, then the AMI. Where one of them fails, both are as they were. */
export const shareCommand: Command<ShareRequest, GrantKey | ShareImage, MadeGrant | Permissions> = {
  name: 'share',
  destroys: false,
  timeoutMs: 5 * 60_000,
  plan: async (context, request) => {
    checkChoice(request.images);
    return planEachTarget(context, (target, ec2) => planSharing(context, ec2, target, request));
  },
  run: (context, change) => (isGrant(change) ? makeGrant(context, change) : shareImage(context, change)),
  undo: async (context, change, done) => {
    if (isGrant(change)) await revokeGrant(context, change);
    else await takeBack(context, change, done as Permissions | undefined);
  },
};

const isGrant = (change: GrantKey | ShareImage): change is GrantKey => change.call === grantCall;

/** Of the operation alone, so that taking it back takes nobody else's. */
const grantName = ({ publicationId }: ChangeContext, { accountId }: GrantKey): string =>
  `ami-publisher:${publicationId}:${accountId}`;

const makeGrant = async (context: ChangeContext, change: GrantKey): Promise<MadeGrant> => {
  const { services, signal, target } = context;
  const name = grantName(context, change);
  await context.intend(grantCall, { name });
  const { keyArn: keyId, operations, principal: granteePrincipal } = change;
  const kms = await services.cloud.kms(target);
  const { GrantId } = await kms.createGrant({ keyId, name, granteePrincipal, operations }, { signal });
  return { grantId: GrantId ?? '' };
};

/** Whatever became of the call that made it: grants are found by their name. */
const revokeGrant = async (context: ChangeContext, change: GrantKey): Promise<void> => {
  const { services, signal, target } = context;
  const kms = await services.cloud.kms(target);
  const name = grantName(context, change);
  let marker: string | undefined;
  do {
    const page = await kms.listGrants({ keyId: change.keyArn, marker }, { signal });
    for (const { GrantId, Name } of page.Grants ?? [])
      if (Name === name && GrantId !== undefined)
        await kms.revokeGrant(change.keyArn, GrantId, { signal }).catch(unlessGone);
    marker = page.NextMarker;
  } while (marker !== undefined);
};

const unlessGone = (reason: unknown): void => {
  if (!isNotFound(reason)) throw reason;
};

const shareImage = async (context: ChangeContext, change: ShareImage): Promise<Permissions> => {
  const { services, signal } = context;
  checkNeeds(context, change);
  const added = savedPermissions(context) ?? (await missingNow(context, change));
  await context.intend(shareCall, added);
  try {
    await addPermissions(services.ec2, change.resource, added, { signal });
  } catch (reason) {
    // One that was cut short goes on where it was, or is undone.
    signal.throwIfAborted();
    await takeBackAfter(reason, context, change, added);
  }
  return added;
};

const checkNeeds = ({ target, values }: ChangeContext, { needs, resource }: ShareImage): void => {
  const missing = needs.find((step) => values[step] === undefined);
  if (missing === undefined) return;
  throw new AmiPublisherError('AMI_NOT_SHARABLE', {
    message: `${resource} is not shared, since the others could not use its key: ${missing} has failed`,
    target: formatTarget(target),
    resource,
  });
};

/** What an earlier run of the change has found missing, and may have given. */
const savedPermissions = (context: ChangeContext): Permissions | undefined =>
  context.openIntent(shareCall)?.request as Permissions | undefined;

/** Somebody may have shared it since the plan; what is there by then is not ours to take back. */
const missingNow = async ({ services, signal }: ChangeContext, { add, resource }: ShareImage) => {
  const snapshotIds = add.snapshots.map(({ snapshotId }) => snapshotId);
  return missingPermissions(add, await presentPermissions(services.ec2, resource, snapshotIds, { signal }));
};

/** @throws the reason, with what is to be said of taking it back if that failed too */
const takeBackAfter = async (
  reason: unknown,
  { services, signal, target }: ChangeContext,
  { resource }: ShareImage,
  added: Permissions,
): Promise<never> => {
  const error = toAmiPublisherError(reason);
  try {
    await removePermissions(services.ec2, resource, added, { signal });
  } catch (second) {
    throw new AmiPublisherError(error.code, {
      message: `${error.message}; and what was shared by then could not be taken back: ${toAmiPublisherError(second).message}`,
      target: formatTarget(target),
      resource,
      remedy: 'undo the operation when the cause is mended',
      cause: reason,
    });
  }
  throw error;
};

/** What is gone is shared with nobody. */
const takeBack = async (
  context: ChangeContext,
  { resource }: ShareImage,
  done: Permissions | undefined,
): Promise<void> => {
  const { services, signal } = context;
  const added = done ?? savedPermissions(context);
  if (added === undefined) return;
  await removePermissions(services.ec2, resource, { ...added, snapshots: [] }, { signal }).catch(unlessGone);
  for (const snapshot of added.snapshots)
    await removePermissions(services.ec2, resource, { launch: [], snapshots: [snapshot] }, { signal }).catch(
      unlessGone,
    );
};
