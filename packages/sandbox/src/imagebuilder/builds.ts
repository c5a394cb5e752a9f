import type * as imagebuilder from '@aws-sdk/client-imagebuilder';
import { ApiError } from '../model/api-error.js';
import type { ServiceContext } from '../services/service.js';
import { arnOf, found, invalidValue, once, tagsOf } from './look-up.js';
import type { BuildRecord, BuildSource, PipelineRecord } from './records.js';
import { runBuild } from './run-build.js';

const pageSize = 25;
const ends: ReadonlySet<imagebuilder.ImageStatus> = new Set([
  'AVAILABLE',
  'CANCELLED',
  'DEPRECATED',
  'DISABLED',
  'FAILED',
]);

const begin = (
  context: ServiceContext,
  source: BuildSource,
  tags: BuildRecord['tags'],
  pipelineArn?: string,
): string => {
  const { state, clock } = context;
  const { builds, recipes, infrastructures } = state.services.imageBuilder;
  const { name, version } = found(recipes, source.recipeArn);
  found(infrastructures, source.infrastructureArn);
  const earlier = buildsOf(builds, arnOf(state, 'image', name, version));
  const number = 1 + Math.max(0, ...earlier.map((one) => Number(one.version.split('/')[1])));
  const arn = arnOf(state, 'image', name, version, String(number));
  builds.set(arn, {
    ...source,
    ...{ arn, name, version: `${version}/${number}`, tags, pipelineArn, status: 'PENDING', amis: [] },
    createdAt: new Date(clock.now()),
    cancelling: new AbortController(),
  });
  runBuild(context, arn);
  return arn;
};

const buildsOf = (builds: ReadonlyMap<string, BuildRecord>, versionArn: string): readonly BuildRecord[] =>
  [...builds.values()].filter(({ arn }) => arn.startsWith(`${versionArn}/`));

export const createImage = async (
  context: ServiceContext,
  input: imagebuilder.CreateImageRequest,
): Promise<imagebuilder.CreateImageResponse> => {
  const { imageRecipeArn, infrastructureConfigurationArn, distributionConfigurationArn } = input;
  if (imageRecipeArn === undefined) throw invalidValue('imageRecipeArn', 'The sandbox makes AMIs only.');
  const { distributions } = context.state.services.imageBuilder;
  if (distributionConfigurationArn !== undefined) found(distributions, distributionConfigurationArn);
  const source = {
    recipeArn: imageRecipeArn,
    infrastructureArn: infrastructureConfigurationArn ?? '',
    distributionArn: distributionConfigurationArn,
  };
  const arn = await once(context.state, 'CreateImage', input, () => begin(context, source, tagsOf(input)));
  return { imageBuildVersionArn: arn };
};

export const startImagePipelineExecution = async (
  context: ServiceContext,
  input: imagebuilder.StartImagePipelineExecutionRequest,
): Promise<imagebuilder.StartImagePipelineExecutionResponse> => {
  const pipeline = found(context.state.services.imageBuilder.pipelines, input.imagePipelineArn);
  const { recipeArn, infrastructureArn, distributionArn, arn } = pipeline;
  const source = { recipeArn, infrastructureArn, distributionArn };
  const imageBuildVersionArn = await once(context.state, 'StartImagePipelineExecution', input, () =>
    begin(context, source, tagsOf(input), arn),
  );
  return { imageBuildVersionArn };
};

export const getImagePipeline = (
  { state: { services } }: ServiceContext,
  { imagePipelineArn }: imagebuilder.GetImagePipelineRequest,
): imagebuilder.GetImagePipelineResponse => ({
  imagePipeline: pipelineView(found(services.imageBuilder.pipelines, imagePipelineArn)),
});

const pipelineView = ({
  arn,
  name,
  recipeArn,
  infrastructureArn,
  distributionArn,
}: PipelineRecord): imagebuilder.ImagePipeline => ({
  ...{ arn, name, platform: 'Linux', status: 'ENABLED', imageRecipeArn: recipeArn },
  ...{ infrastructureConfigurationArn: infrastructureArn, distributionConfigurationArn: distributionArn },
});

export const getImage = (
  context: ServiceContext,
  { imageBuildVersionArn }: imagebuilder.GetImageRequest,
): imagebuilder.GetImageResponse => {
  const { builds, pipelines, recipes } = context.state.services.imageBuilder;
  const build = found(builds, imageBuildVersionArn);
  // Neither can be deleted as long as the image is there.
  const recipe = recipes.get(build.recipeArn)!;
  const pipeline = pipelines.get(build.pipelineArn ?? '');
  return {
    image: {
      ...summaryOf(build),
      sourcePipelineArn: pipeline?.arn,
      sourcePipelineName: pipeline?.name,
      imageRecipe: {
        ...{ arn: recipe.arn, name: recipe.name, version: recipe.version },
        components: recipe.components.map((componentArn) => ({ componentArn })),
        parentImage: recipe.parentImage,
        dateCreated: recipe.createdAt.toISOString(),
      },
    },
  };
};

const summaryOf = (build: BuildRecord) => {
  const { arn, name, version, status, reason, createdAt, amis, tags } = build;
  return {
    ...{ arn, name, version, type: 'AMI', platform: 'Linux', state: { status, reason } },
    dateCreated: createdAt.toISOString(),
    outputResources: { amis: [...amis], containers: [] },
    tags: Object.fromEntries(tags),
  } satisfies imagebuilder.ImageSummary;
};

/** One page, the oldest first. @throws `InvalidPaginationTokenException` */
const page = (builds: readonly BuildRecord[], { nextToken = '0', maxResults = pageSize }) => {
  const start = Number(nextToken);
  if (!Number.isInteger(start))
    throw new ApiError('InvalidPaginationTokenException', 'The pagination token is not valid.');
  const end = start + maxResults;
  return {
    imageSummaryList: builds.slice(start, end).map(summaryOf),
    ...(end < builds.length && { nextToken: String(end) }),
  };
};

export const listImageBuildVersions = (
  { state: { services } }: ServiceContext,
  { imageVersionArn = '', ...rest }: imagebuilder.ListImageBuildVersionsRequest,
): imagebuilder.ListImageBuildVersionsResponse =>
  page(buildsOf(services.imageBuilder.builds, imageVersionArn), rest as never);

export const listImagePipelineImages = (
  { state: { services } }: ServiceContext,
  { imagePipelineArn, ...rest }: imagebuilder.ListImagePipelineImagesRequest,
): imagebuilder.ListImagePipelineImagesResponse => {
  const { pipelines, builds } = services.imageBuilder;
  const { arn } = found(pipelines, imagePipelineArn);
  return page(
    [...builds.values()].filter(({ pipelineArn }) => pipelineArn === arn),
    rest as never,
  );
};

export const cancelImageCreation = (
  { state: { services } }: ServiceContext,
  { imageBuildVersionArn }: imagebuilder.CancelImageCreationRequest,
): imagebuilder.CancelImageCreationResponse => {
  const { builds } = services.imageBuilder;
  const build = found(builds, imageBuildVersionArn);
  if (ends.has(build.status))
    throw new ApiError(
      'ResourceInUseException',
      `The image '${build.arn}' cannot be cancelled: it is ${build.status}.`,
    );
  builds.set(build.arn, { ...build, status: 'CANCELLED' });
  build.cancelling.abort();
  return { imageBuildVersionArn: build.arn };
};

/** Its AMIs stay. */
export const deleteImage = (
  { state: { services } }: ServiceContext,
  { imageBuildVersionArn }: imagebuilder.DeleteImageRequest,
): imagebuilder.DeleteImageResponse => {
  const { builds } = services.imageBuilder;
  const build = found(builds, imageBuildVersionArn);
  if (!ends.has(build.status))
    throw new ApiError('ResourceInUseException', `The image '${build.arn}' is ${build.status}.`);
  builds.delete(build.arn);
  return { imageBuildVersionArn: build.arn };
};
