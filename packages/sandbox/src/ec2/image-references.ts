import type * as ec2 from '@aws-sdk/client-ec2';
import { ApiError, invalidParameter, missingParameter } from '../model/api-error.js';
import { checkId } from '../model/ids.js';
import type { RegionState } from '../model/region-state.js';
import type { Ec2Handler } from './handler.js';

const maxImages = 10;

type Finder = (state: RegionState, imageId: string) => readonly string[];

const recipes =
  (kind: 'image-recipe' | 'container-recipe'): Finder =>
  ({ references, region, accountId }, imageId) =>
    references.recipes
      .filter((recipe) => recipe.kind === kind && recipe.parentImage === imageId)
      .map(({ name }) => `arn:aws:imagebuilder:${region}:${accountId}:${kind}/${name}/1.0.0`);

/** Where AWS looks for references; the sandbox knows those that this project asks for. */
const finders: { readonly [type in ec2.ImageReferenceResourceType]?: Finder } = {
  'imagebuilder:ContainerRecipe': recipes('container-recipe'),
  'imagebuilder:ImageRecipe': recipes('image-recipe'),
};

/** Images need not exist, nor belong to the caller. */
export const describeImageReferences: Ec2Handler<'DescribeImageReferences'> = ({ state }, input) => {
  const { ImageIds: ids = [], ResourceTypes: types = [] } = input;
  if (ids.length === 0) throw missingParameter('imageId');
  if (ids.length > maxImages) throw invalidParameter('imageId', ids.length, `At most ${maxImages} images.`);
  for (const id of ids) checkId('image', id);
  const asked = types.map(({ ResourceType }) => ResourceType!);
  if (asked.length === 0 || input.IncludeAllResourceTypes === true)
    throw new ApiError('UnsupportedOperation', 'The sandbox wants the resource types one by one.');
  return {
    ImageReferences: ids.flatMap((ImageId) =>
      asked.flatMap((ResourceType) => {
        const find = finders[ResourceType];
        if (find === undefined)
          throw new ApiError('UnsupportedOperation', `The sandbox does not look for ${ResourceType}.`);
        return find(state, ImageId).map((Arn) => ({ ImageId, ResourceType, Arn }));
      }),
    ),
  };
};
