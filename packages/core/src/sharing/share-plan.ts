import { AmiPublisherError } from '@ami-publisher/base';
import type { Image, Snapshot } from '@aws-sdk/client-ec2';
import pMap from 'p-map';
import { findSnapshots, imageIdOf, nameOfImage, snapshotIdsOf } from '../amis/look-up.js';
import type { Ec2Api } from '../cloud/ec2-api.js';
import { type Change, type PlanContext, stepName } from '../operations/command.js';
import { formatTarget, type Target } from '../target/target.js';
import { chosenImages, type ImageChoice } from './chosen-images.js';
import { accountsAmong, type Grantee, othersThan, permissionOf } from './grantee.js';
import { judgeKey, type KeyFacts, operationsOfEbs, readKey } from './key-access.js';
import { defaultKeyError, rootOf, unusableKeyError } from './key-remedy.js';
import { isNothing, missingPermissions, type Permissions, presentPermissions } from './permissions.js';

export interface ShareRequest {
  readonly images: ImageChoice;
  readonly grantees: readonly Grantee[];
  /** Makes grants for accounts that cannot use a key. */
  readonly grant: boolean;
}

export const grantCall = 'kms:CreateGrant';
export const shareCall = 'ec2:ModifyImageAttribute';

/** A grant that lets an account use a key. */
export interface GrantKey extends Change {
  readonly call: typeof grantCall;
  readonly keyArn: string;
  readonly accountId: string;
  readonly principal: string;
  readonly operations: readonly string[];
}

/** Permissions that an AMI and its snapshots get. */
export interface ShareImage extends Change {
  readonly call: typeof shareCall;
  readonly add: Permissions;
  /** Changes without which it would be of no use. */
  readonly needs: readonly string[];
}

/** Calls to one target at once, while it is planned for. */
const concurrentCalls = 8;

/** What sharing does in a target. @throws `AMI_NOT_SHARABLE` before anything is done there */
export const planSharing = async (
  context: PlanContext,
  ec2: Ec2Api,
  target: Target,
  { images: choice, grantees, grant }: ShareRequest,
): Promise<(GrantKey | ShareImage)[]> => {
  const others = othersThan(target, grantees);
  if (others.length === 0) return [];
  const images = await chosenImages(context, ec2, target, choice);
  return planShares(context, ec2, target, { images, others, grant });
};

/** What looking at AMIs and keys takes. */
export type SharingContext = Pick<PlanContext, 'cloud' | 'note' | 'signal'>;

/** AMIs of a target, and the others who are to use them. */
interface Shares {
  readonly images: readonly Image[];
  readonly others: readonly Grantee[];
  readonly grant: boolean;
}

/** What sharing these AMIs takes. @throws `AMI_NOT_SHARABLE` */
export const planShares = async (
  context: SharingContext,
  ec2: Ec2Api,
  target: Target,
  { images, others, grant }: Shares,
): Promise<(GrantKey | ShareImage)[]> => {
  for (const image of images) checkState(image, target);
  const wanted = await pMap(
    images,
    async (image) => ({ image, add: await missingFor(context, ec2, image, others) }),
    { concurrency: concurrentCalls },
  );
  const toShare = wanted.filter(({ add }) => !isNothing(add));
  const keys = await keysOf(
    context,
    ec2,
    target,
    toShare.map(({ image }) => image),
  );
  const grants = new Map<string, GrantKey>();
  const shares = toShare.map(({ image, add }): ShareImage => {
    const needs = snapshotIdsOf(image).flatMap((snapshotId) => {
      const key = keys.get(snapshotId);
      if (key === undefined) return [];
      const made = grantsFor({ snapshotId, key, target, note: context.note, grant }, others);
      for (const one of made) grants.set(stepName(one), one);
      return made.map(stepName);
    });
    return shareOf(image, others, add, [...new Set(needs)]);
  });
  return [...grants.values(), ...shares];
};

const checkState = (image: Image, target: Target): void => {
  if (image.State !== 'disabled') return;
  throw new AmiPublisherError('AMI_NOT_SHARABLE', {
    message: `${nameOfImage(image)} is disabled, and cannot be shared`,
    target: formatTarget(target),
    resource: imageIdOf(image),
    remedy: 'undo the operation that disabled it, or leave it out',
  });
};

const missingFor = async (
  context: SharingContext,
  ec2: Ec2Api,
  image: Image,
  others: readonly Grantee[],
): Promise<Permissions> => {
  const snapshotIds = snapshotIdsOf(image);
  const accountIds = accountsAmong(others);
  const wanted = {
    launch: others.map(permissionOf),
    snapshots: snapshotIds.map((snapshotId) => ({ snapshotId, accountIds })),
  };
  return missingPermissions(wanted, await presentPermissions(ec2, imageIdOf(image), snapshotIds, context));
};

const shareOf = (
  image: Image,
  others: readonly Grantee[],
  add: Permissions,
  needs: readonly string[],
): ShareImage => {
  const snapshots = add.snapshots.map(({ snapshotId }) => snapshotId);
  const what = [nameOfImage(image), ...snapshots].join(' and ');
  return {
    ...{ call: shareCall, resource: imageIdOf(image), add, needs },
    text: `share ${what} with ${others.map(({ id }) => id).join(', ')}`,
  };
};

/** The keys of the AMIs' snapshots, by snapshot; those that are not encrypted have none. */
const keysOf = async (
  context: SharingContext,
  ec2: Ec2Api,
  target: Target,
  images: readonly Image[],
): Promise<ReadonlyMap<string, KeyFacts>> => {
  const ids = [...new Set(images.flatMap(snapshotIdsOf))];
  const encrypted = (await findSnapshots(ec2, ids, context)).filter(({ Encrypted }) => Encrypted === true);
  const names = [...new Set(encrypted.map(keyIdOf))];
  if (names.length === 0) return new Map();
  const kms = await context.cloud.kms(target);
  const read = await pMap(
    names,
    async (name) => [name, await readKey(kms, name, target.accountId, context)] as const,
    { concurrency: concurrentCalls },
  );
  const byName = new Map(read);
  return new Map(encrypted.map((snapshot) => [snapshot.SnapshotId ?? '', byName.get(keyIdOf(snapshot))!]));
};

const keyIdOf = ({ KmsKeyId = '' }: Snapshot): string => KmsKeyId;

interface Encrypted {
  readonly snapshotId: string;
  readonly key: KeyFacts;
  readonly target: Target;
  readonly note: PlanContext['note'];
  readonly grant: boolean;
}

/**
 * The grants that let all the others use a snapshot's key; whether they can, and why, is noted.
 *
 * @throws `AMI_NOT_SHARABLE` if one of them could not, and is to get no grant
 */
const grantsFor = (
  { snapshotId, key, target, note, grant }: Encrypted,
  others: readonly Grantee[],
): GrantKey[] => {
  if (key.isAwsManaged) throw defaultKeyError(snapshotId, target);
  const place = `${formatTarget(target)}: ${snapshotId} is encrypted with ${key.arn}`;
  return others.flatMap((grantee) => {
    const { answer, missing } = judgeKey(key, { grantee, region: target.region });
    if (answer === 'yes') note(`${place}, which ${grantee.id} can use`);
    if (answer === 'unclear')
      note(`${place}; whether ${grantee.id} can use it is unclear for ${missing.join(', ')}`);
    if (answer !== 'no') return [];
    if (!grant || grantee.kind !== 'account' || key.state !== 'Enabled')
      throw unusableKeyError(snapshotId, key, grantee, target, ', or share with --grant');
    return [grantOf(key, grantee, target)];
  });
};

const grantOf = (key: KeyFacts, { id: accountId }: Grantee, target: Target): GrantKey => ({
  ...{ call: grantCall, resource: `${key.arn} ${accountId}`, keyArn: key.arn, accountId },
  ...{ principal: rootOf(accountId, target), operations: operationsOfEbs },
  text: `let ${accountId} use the key ${key.arn}`,
});
