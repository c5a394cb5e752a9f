import type { ImageRecord } from '../model/records.js';
import type { Listing } from './describe.js';
import type { Ec2Context } from './handler.js';
import { mayLaunch } from './launch-permissions.js';
import { isOneOf, visibleOf, withShared } from './shared-listing.js';

interface Whose {
  readonly Owners?: readonly string[] | undefined;
  readonly ExecutableUsers?: readonly string[] | undefined;
}

/** The images that a caller may see: its own, and what others let it launch. */
export const imagesSeenBy = (
  { state, others, membership }: Ec2Context,
  { Owners, ExecutableUsers }: Whose,
): Listing<ImageRecord> => {
  const { accountId } = state;
  return withShared(
    state.images,
    others().map(({ images }) =>
      visibleOf(images, (image) => mayLaunch(image, { accountId, membership }), state.sharedTags),
    ),
    (image) => isOneOf(image.ownerId, Owners, accountId) && isExecutable(image, ExecutableUsers, accountId),
  );
};

/** `self` and the account's id take in what it was given permission for, `all` what is public. */
const isExecutable = (image: ImageRecord, users: readonly string[] | undefined, accountId: string): boolean =>
  users === undefined ||
  users.length === 0 ||
  (image.ownerId === accountId && (users.includes('self') || users.includes(accountId))) ||
  image.launchPermissions.some(
    ({ Group, UserId }) =>
      (Group === 'all' && users.includes('all')) ||
      (UserId === accountId && (users.includes('self') || users.includes(accountId))),
  );
