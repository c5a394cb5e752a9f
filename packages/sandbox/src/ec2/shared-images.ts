import type { ImageRecord } from '../model/records.js';
import type { RegionState } from '../model/region-state.js';
import type { Listing } from './describe.js';
import type { Ec2Context } from './handler.js';
import { mayLaunch } from './launch-permissions.js';

interface Whose {
  readonly Owners?: readonly string[] | undefined;
  readonly ExecutableUsers?: readonly string[] | undefined;
}

/** Images of other accounts come after the account's own, in pages that go on where the last one ended. */
const sequencesPerAccount = 1_000_000_000;

/** The images that a caller may see: its own, and what others let it launch. Tags are for the eyes of their account only. */
export const imagesSeenBy = (
  { state, others }: Ec2Context,
  { Owners, ExecutableUsers }: Whose,
): Listing<ImageRecord> => {
  const { accountId } = state;
  const isWanted = (image: ImageRecord): boolean =>
    isOneOf(image.ownerId, Owners, accountId) && isExecutable(image, ExecutableUsers, accountId);
  const shared = others().map((other): Listing<ImageRecord> => visibleOf(other, accountId));
  const all = [state.images, ...shared];
  return {
    get: (id) => all.map((listing) => listing.get(id)).find((image) => image !== undefined),
    listAfter: (sequence, lag) =>
      all
        .flatMap((listing, index) =>
          listing
            .listAfter(sequence - index * sequencesPerAccount, lag)
            .map((row) => ({ ...row, sequence: row.sequence + index * sequencesPerAccount })),
        )
        .filter(({ record }) => isWanted(record)),
  };
};

const visibleOf = ({ images }: RegionState, accountId: string): Listing<ImageRecord> => {
  const shown = (image: ImageRecord): ImageRecord => ({ ...image, tags: new Map() });
  return {
    get: (id) => {
      const image = images.get(id);
      return image !== undefined && mayLaunch(image, accountId) ? shown(image) : undefined;
    },
    listAfter: (sequence, lag) =>
      images
        .listAfter(sequence, lag)
        .filter(({ record }) => mayLaunch(record, accountId))
        .map((row) => ({ ...row, record: shown(row.record) })),
  };
};

const isOneOf = (ownerId: string, owners: readonly string[] | undefined, accountId: string): boolean =>
  owners === undefined ||
  owners.length === 0 ||
  owners.includes(ownerId) ||
  (owners.includes('self') && ownerId === accountId);

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
