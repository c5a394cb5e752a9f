import { invalidOption } from '@ami-publisher/base';
import type { Cloud, ResolvedTargets } from '../cloud/cloud.js';
import { describeImages } from '../cloud/describe.js';
import type { CallOptions } from '../cloud/ec2-api.js';
import { tagKeys } from '../cloud/tags.js';
import { defaultConcurrency } from '../target/concurrency.js';
import { forEachTarget, type TargetAnswer } from '../target/for-each-target.js';
import type { Target } from '../target/target.js';
import { searchFilters, type TagSearch, tagSearch } from './tag-search.js';
import { type OwnImage, toOwnImage } from './usage/own-image.js';

/** Which AMIs are meant. */
export interface ImageSearch extends TagSearch {
  /** At least as old, ms. @default 0 */
  readonly minAgeMs?: number | undefined;
}

/** An AMI of a target's own account. */
export interface ListedImage extends OwnImage {
  /** From when on `expire` may delete it, RFC 3339; left out unless it is retired. */
  readonly deleteAfter?: string;
}

export interface ListOptions extends CallOptions {
  /** How many targets at once. @default 1,024 */
  readonly concurrency?: number | undefined;
  /** Hears of each target as it answers. */
  readonly onAnswer?: ((answer: TargetAnswer<readonly ListedImage[]>) => void) | undefined;
}

/**
 * `list-images`: what the account itself owns, disabled AMIs too, the oldest first.
 *
 * @throws `INVALID_OPTION`
 */
export const listImages = async (
  cloud: Cloud,
  { targets }: Pick<ResolvedTargets, 'targets'>,
  search: ImageSearch = {},
  { signal, concurrency = defaultConcurrency, onAnswer }: ListOptions = {},
): Promise<TargetAnswer<readonly ListedImage[]>[]> => {
  const { minAgeMs = 0 } = search;
  if (!(minAgeMs >= 0)) throw invalidOption('minAgeMs', 'at least 0', minAgeMs);
  const latest = cloud.clock.now() - minAgeMs;
  const isMeant = tagSearch(search);
  const ask = async (target: Target): Promise<readonly ListedImage[]> => {
    const images = await describeImages(await cloud.ec2(target), searchFilters(search), { signal });
    return images
      .map((image) => toListed(toOwnImage(target, image)))
      .filter(({ tags, createdAt }) => isMeant(tags) && Date.parse(createdAt) <= latest)
      .sort(byAge);
  };
  return forEachTarget(targets, ask, { concurrency, signal, onAnswer });
};

const toListed = (image: OwnImage): ListedImage => {
  const { [tagKeys.deleteAfter]: deleteAfter } = image.tags;
  return { ...image, ...(deleteAfter !== undefined && { deleteAfter }) };
};

const byAge = (a: ListedImage, b: ListedImage): number =>
  a.createdAt === b.createdAt ? (a.imageId < b.imageId ? -1 : 1) : a.createdAt < b.createdAt ? -1 : 1;
