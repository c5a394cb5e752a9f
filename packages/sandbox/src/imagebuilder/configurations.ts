import type * as imagebuilder from '@aws-sdk/client-imagebuilder';
import type { ServiceContext } from '../services/service.js';
import { requireVersion } from './components.js';
import { checkDistributions } from './distributions.js';
import { arnOf, found, invalidValue, once, requireNew, requireUnused, tagsOf } from './look-up.js';
import type { BuildSource } from './records.js';
import type { ImageBuilderResources } from './resources.js';

/** Whether an image or a pipeline is made of something. */
const isSource = (
  { builds, pipelines }: ImageBuilderResources,
  is: (source: BuildSource) => boolean,
): boolean => [...builds.values(), ...pipelines.values()].some(is);

export const createImageRecipe = async (
  { state, clock }: ServiceContext,
  input: imagebuilder.CreateImageRecipeRequest,
): Promise<imagebuilder.CreateImageRecipeResponse> => {
  const { name = '', semanticVersion = '', parentImage = '', components = [] } = input;
  requireVersion(semanticVersion);
  const { recipes, components: known } = state.services.imageBuilder;
  if (state.images.get(parentImage)?.state !== 'available')
    throw invalidValue('parentImage', `The image ID '${parentImage}' does not exist.`);
  const arns = components.map(({ componentArn }) => found(known, componentArn).arn);
  const arn = await once(state, 'CreateImageRecipe', input, () => {
    const made = arnOf(state, 'image-recipe', name, semanticVersion);
    requireNew(recipes, 'ImageRecipe', made);
    recipes.set(made, {
      ...{ arn: made, name, version: semanticVersion, parentImage, components: arns, tags: tagsOf(input) },
      blockDeviceMappings: input.blockDeviceMappings ?? [],
      createdAt: new Date(clock.now()),
    });
    return made;
  });
  return { imageRecipeArn: arn };
};

export const deleteImageRecipe = (
  { state: { services } }: ServiceContext,
  { imageRecipeArn: arn = '' }: imagebuilder.DeleteImageRecipeRequest,
): imagebuilder.DeleteImageRecipeResponse => {
  const { recipes } = services.imageBuilder;
  found(recipes, arn);
  requireUnused(
    arn,
    isSource(services.imageBuilder, ({ recipeArn }) => recipeArn === arn),
  );
  recipes.delete(arn);
  return { imageRecipeArn: arn };
};

export const createInfrastructureConfiguration = async (
  { state, clock }: ServiceContext,
  input: imagebuilder.CreateInfrastructureConfigurationRequest,
): Promise<imagebuilder.CreateInfrastructureConfigurationResponse> => {
  const { name = '', instanceProfileName = '' } = input;
  if (instanceProfileName === '') throw invalidValue('instanceProfileName', 'It must not be empty.');
  const { infrastructures } = state.services.imageBuilder;
  const arn = await once(state, 'CreateInfrastructureConfiguration', input, () => {
    const made = arnOf(state, 'infrastructure-configuration', name);
    requireNew(infrastructures, 'InfrastructureConfiguration', made);
    infrastructures.set(made, {
      ...{ arn: made, name, instanceProfileName, tags: tagsOf(input) },
      createdAt: new Date(clock.now()),
    });
    return made;
  });
  return { infrastructureConfigurationArn: arn };
};

export const deleteInfrastructureConfiguration = (
  { state: { services } }: ServiceContext,
  { infrastructureConfigurationArn: arn = '' }: imagebuilder.DeleteInfrastructureConfigurationRequest,
): imagebuilder.DeleteInfrastructureConfigurationResponse => {
  const { infrastructures } = services.imageBuilder;
  found(infrastructures, arn);
  requireUnused(
    arn,
    isSource(services.imageBuilder, ({ infrastructureArn }) => infrastructureArn === arn),
  );
  infrastructures.delete(arn);
  return { infrastructureConfigurationArn: arn };
};

export const createDistributionConfiguration = async (
  { state, clock }: ServiceContext,
  input: imagebuilder.CreateDistributionConfigurationRequest,
): Promise<imagebuilder.CreateDistributionConfigurationResponse> => {
  const { name = '', distributions = [] } = input;
  checkDistributions(distributions);
  const { distributions: known } = state.services.imageBuilder;
  const arn = await once(state, 'CreateDistributionConfiguration', input, () => {
    const made = arnOf(state, 'distribution-configuration', name);
    requireNew(known, 'DistributionConfiguration', made);
    known.set(made, {
      ...{ arn: made, name, distributions, tags: tagsOf(input) },
      createdAt: new Date(clock.now()),
    });
    return made;
  });
  return { distributionConfigurationArn: arn };
};

export const deleteDistributionConfiguration = (
  { state: { services } }: ServiceContext,
  { distributionConfigurationArn: arn = '' }: imagebuilder.DeleteDistributionConfigurationRequest,
): imagebuilder.DeleteDistributionConfigurationResponse => {
  const { distributions } = services.imageBuilder;
  found(distributions, arn);
  requireUnused(
    arn,
    isSource(services.imageBuilder, ({ distributionArn }) => distributionArn === arn),
  );
  distributions.delete(arn);
  return { distributionConfigurationArn: arn };
};
