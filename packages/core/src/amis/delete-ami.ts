import type { Image } from '@aws-sdk/client-ec2';
import type { CallOptions, Ec2Api } from '../cloud/ec2-api.js';
import type { Change, ChangeContext } from '../operations/command.js';
import type { JsonObject } from '../steps/json.js';
import { formatTarget } from '../target/target.js';
import { restoreState, savedState } from './ami-state.js';
import {
  amiProtected,
  type DeletedAmi,
  deletingCall,
  deregisterAmi,
  type KeptSnapshots,
} from './deregister-ami.js';
import {
  findImages,
  findSnapshotUsers,
  imageIdOf,
  nameOfImage,
  protectionOf,
  snapshotIdsOf,
} from './look-up.js';
import { type RetiredAmi, retireAmi, retiringCall } from './retire-ami.js';

/** Of one AMI with its snapshots, ms. */
export const amiDeletionTimeoutMs = 10 * 60_000;

/** How long a retired AMI can be had again: 7 days. */
export const defaultRetentionMs = 7 * 86_400_000;

/** Taking an AMI away: retired first, or deleted at once. */
export interface AmiDeletion extends Change {
  /** RFC 3339, UTC: from when on `expire` deletes it; null = it is deleted by this change. */
  readonly deleteAfter: string | null;
  /** The AMIs that have a snapshot which is therefore kept, by its id; none where nothing is deleted. */
  readonly keeps: KeptSnapshots;
}

/** What became of an AMI that was to go. */
export type AmiOutcome = RetiredAmi | DeletedAmi | (JsonObject & { readonly outcome: 'gone' });

/** When an AMI that is retired now may be deleted: RFC 3339, whole seconds. */
export const deleteAfter = (now: number, retentionMs: number): string =>
  new Date(Math.ceil((now + retentionMs) / 1000) * 1000).toISOString().replace('.000Z', 'Z');

/**
 * The changes that take AMIs away, told with what stays: an AMI that is protected, a snapshot that an AMI has which is not among them.
 *
 * @param after as `AmiDeletion.deleteAfter`
 */
export const planAmiDeletions = async (
  ec2: Ec2Api,
  images: readonly Image[],
  after: string | null,
  options: CallOptions,
): Promise<AmiDeletion[]> => {
  if (after !== null) return images.map((image) => retirement(image, after));
  const users = await findSnapshotUsers(ec2, [...new Set(images.flatMap(snapshotIdsOf))], options);
  const going = new Set(images.map(imageIdOf));
  return images.map((image) => deregistration(image, (id) => others(users.get(id), going)));
};

const others = (users: readonly string[] = [], going: ReadonlySet<string>): string[] =>
  users.filter((id) => !going.has(id));

const retirement = (image: Image, after: string): AmiDeletion => ({
  call: retiringCall,
  resource: imageIdOf(image),
  text: `disable ${nameOfImage(image)}${refusal(image)}, for expire to delete after ${after}`,
  deleteAfter: after,
  keeps: {},
});

const deregistration = (image: Image, keepers: (snapshotId: string) => string[]): AmiDeletion => {
  const keeps: Record<string, string[]> = {};
  const snapshots = snapshotIdsOf(image).map((id) => {
    const [user, ...more] = keepers(id);
    if (user === undefined) return `delete ${id}`;
    keeps[id] = [user, ...more];
    return `keep ${id}, which ${user} has`;
  });
  return {
    call: deletingCall,
    resource: imageIdOf(image),
    text: [`deregister ${nameOfImage(image)}${refusal(image)}`, ...snapshots].join(', '),
    deleteAfter: null,
    keeps,
  };
};

const refusal = (image: Image): string => {
  const protection = protectionOf(image);
  return protection === undefined ? '' : `, which would be refused, since ${protection},`;
};

/**
 * Takes an AMI away. One that is gone is fine.
 *
 * @throws `AMI_PROTECTED`; then nothing was done
 */
export const deleteAmi = async (context: ChangeContext, change: AmiDeletion): Promise<AmiOutcome> => {
  const { services, signal, target } = context;
  const [image] = await findImages(services.ec2, [change.resource], { signal });
  const protection = image && protectionOf(image);
  if (protection !== undefined) throw amiProtected(change.resource, protection, formatTarget(target));
  if (change.deleteAfter === null)
    return (await deregisterAmi(context, image, change.keeps)) ?? { outcome: 'gone' };
  return image === undefined ? { outcome: 'gone' } : retireAmi(context, image, change.deleteAfter);
};

/**
 * Gives an AMI back as it was; nothing happens if its deletion never began. What is deleted is restored from Recycle Bin.
 *
 * @throws `AWS_NOT_FOUND` if Recycle Bin has not kept it
 */
export const undoAmiDeletion = async (
  context: ChangeContext,
  change: AmiDeletion,
  done: AmiOutcome | undefined,
): Promise<void> => {
  const call = change.deleteAfter === null ? deletingCall : retiringCall;
  const before = done?.outcome === 'gone' ? undefined : (done?.before ?? savedState(context, call));
  if (before !== undefined) await restoreState(context, change.resource, before);
};
