import { invalidOption } from '@ami-publisher/base';
import type { Image } from '@aws-sdk/client-ec2';
import { findImages, imageIdOf } from '../amis/look-up.js';
import { searchFilters, type TagSearch, tagSearch } from '../amis/tag-search.js';
import { idsIn, noteAbsent, type ResourcesRequest } from '../amis/targeted.js';
import { describeImages } from '../cloud/describe.js';
import type { Ec2Api } from '../cloud/ec2-api.js';
import { fromTagList } from '../cloud/tags.js';
import type { PlanContext } from '../operations/command.js';
import { type Target, targetKey } from '../target/target.js';

/** Which AMIs are meant: what results files name, or what has tags. */
export type ImageChoice = ResourcesRequest | { readonly search: TagSearch };

/** @throws `INVALID_OPTION` for a search that would take in every AMI there is */
export const checkChoice = (choice: ImageChoice): void => {
  if ('search' in choice && Object.keys(choice.search.searchTags ?? {}).length === 0)
    throw invalidOption('searchTags', 'at least one tag, or results files in its place', 'none');
};

/** The account's own AMIs that are meant in a target. */
export const chosenImages = async (
  context: PlanContext,
  ec2: Ec2Api,
  target: Target,
  choice: ImageChoice,
): Promise<Image[]> => {
  if ('search' in choice) {
    const isMeant = tagSearch(choice.search);
    return (await describeImages(ec2, searchFilters(choice.search), context)).filter(({ Tags }) =>
      isMeant(fromTagList(Tags)),
    );
  }
  const own = (choice.resources.get(targetKey(target)) ?? []).filter(
    ({ sharedFrom }) => sharedFrom === undefined,
  );
  const { imageIds } = idsIn({ resources: new Map([[targetKey(target), own]]) }, target);
  const images = await findImages(ec2, imageIds, context);
  noteAbsent(context, target, imageIds, images.map(imageIdOf));
  return images;
};
