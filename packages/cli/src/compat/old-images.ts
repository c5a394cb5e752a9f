import { formatLaunchTime } from '../output/launch-time.js';
import type { OldResults } from './old-results.js';

interface Image {
  readonly account: string;
  readonly region: string;
  readonly imageId?: string;
  readonly name?: string;
  /** RFC 3339, as AWS gives it. */
  readonly createdAt?: string;
  readonly description?: string;
  readonly sizeGiB?: number;
  readonly tags?: Readonly<Record<string, string>>;
  /** Only of lists of unused images: whether it may go, or a rule keeps it. */
  readonly verdict?: string;
}

interface Instance {
  readonly account: string;
  readonly region: string;
  readonly imageId: string;
  readonly instanceId: string;
  /** RFC 3339 */
  readonly launchedAt: string;
  readonly tags: Readonly<Record<string, string>>;
}

/** Rows of images, or a report of them with the instances that matter. */
type Listing =
  | readonly Image[]
  | { readonly images: readonly Image[]; readonly instances: readonly Instance[] };

/** `list-images` */
export const listedImages: OldResults = (results) => orNull(imagesOf(results as Listing).map(toOldImage));

/** `list-used-images` */
export const usedImages: OldResults = (results) => ({
  UsedImages: listedImages(results),
  UsingInstances: oldInstances(results as Listing),
});

/** `list-unused-images`: what a rule keeps is left out. */
export const unusedImages: OldResults = (results) => ({
  UnusedImages: orNull(
    imagesOf(results as Listing)
      .filter(({ verdict }) => verdict === 'unused')
      .map(toOldImage),
  ),
  OldInstances: oldInstances(results as Listing),
});

interface Change {
  readonly resource: string;
  readonly status: string;
}

/** `delete-unused-images`: what was deleted, by id. */
export const deletedImages: OldResults = (results) => {
  const { targets } = results as {
    readonly targets: readonly { account: string; region: string; changes: readonly Change[] }[];
  };
  const deleted = targets.flatMap(({ account, region, changes }) =>
    changes
      .filter(({ resource, status }) => status === 'done' && resource.startsWith('ami-'))
      .map(({ resource }) => ({ AccountName: account, Region: region, AmiId: resource })),
  );
  return { UnusedImages: orNull(deleted), OldInstances: null };
};

const imagesOf = (listing: Listing): readonly Image[] =>
  ('images' in listing ? listing.images : listing).filter(({ imageId }) => imageId !== undefined);

const toOldImage = (image: Image): object => ({
  AccountName: image.account,
  Region: image.region,
  AmiId: image.imageId,
  AmiName: image.name ?? '',
  CreationDate: image.createdAt ?? '',
  Description: image.description ?? '',
  Size: image.sizeGiB ?? 1,
  Tags: image.tags ?? {},
});

const oldInstances = (listing: Listing): readonly object[] | null =>
  orNull(
    ('instances' in listing ? listing.instances : []).map((instance) => ({
      AccountName: instance.account,
      Region: instance.region,
      AmiId: instance.imageId,
      InstanceId: instance.instanceId,
      LaunchTime: formatLaunchTime(instance.launchedAt),
      Tags: instance.tags,
    })),
  );

/** The reference prints an empty list of these as null. */
const orNull = <T>(list: readonly T[]): readonly T[] | null => (list.length === 0 ? null : list);
