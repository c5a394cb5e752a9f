import { AmiPublisherError } from '@ami-publisher/base';
import type { Target } from '@ami-publisher/core';
import type { ImageSummary } from '@aws-sdk/client-imagebuilder';
import type { Executor, Work } from '../../jobs/executor.js';
import { pinsOf } from '../../lifecycles/pins.js';
import type { Attempt } from '../../lifecycles/state.js';
import { productOf, targetsOf } from '../places.js';
import type { ExecutorServices } from '../services.js';
import { withinMinutes } from '../within.js';
import { workTagKeys, workTags, workToken } from '../work-tags.js';
import { causeOf, imageBuilderCalls, unlessGone } from './calls.js';
import { amisIn, hasEnded, imageProperties, madeImage } from './made-image.js';
import { pipelineOf } from './pipeline.js';

/**
 * Builds by the image pipeline that the product names. Whoever goes on with an attempt that was cut short finds its image by the client token; one that
 * is not waited for any more is cancelled.
 */
export const buildByPipeline = (services: ExecutorServices): Executor => ({
  run: (work, outer) =>
    withinMinutes(services.clock, services.configuration.timeLimitMinutes.build, outer, async (signal) => {
      const { pipeline, targets, primary } = await placeOf(services, work, signal);
      await requirePinned(services, primary, pipeline, work.attempt, signal);
      const arn = await start(services, primary, pipeline, work.attempt, signal);
      const image = await madeImage(services, primary, arn, signal);
      const others = targets.filter((target) => target !== primary);
      return {
        status: 'COMPLETED',
        properties: {
          task: 'BUILD_AMI',
          ami_details: amisIn([primary, ...others], image),
          ...imageProperties(image),
        },
      };
    }),
  cleanUp: async (work) => {
    const { signal } = new AbortController();
    const { pipeline, primary } = await placeOf(services, work, signal);
    const call = imageBuilderCalls(services, primary, signal);
    for (const { arn = '' } of await openImages(services, primary, pipeline, work.attempt, signal))
      await call('CancelImageCreation', arn, (client, sdk, how) =>
        client.send(
          new sdk.CancelImageCreationCommand({
            imageBuildVersionArn: arn,
            clientToken: workToken(work.attempt, 'cancel'),
          }),
          how,
        ),
      ).catch(unlessEnded);
  },
});

const placeOf = async (services: ExecutorServices, { state, attempt }: Work, signal: AbortSignal) => {
  const product = productOf(services.configuration, state);
  const { pipeline = '' } = product.imageBuilder;
  const resolved = await targetsOf(services.cloud, product, signal);
  return { ...resolved, pipeline: pinsOf(attempt).imagebuilder_pipeline_arn ?? pipeline };
};

/** @throws `CONTENT_CHANGED` if the pipeline builds by another recipe than when it was asked for */
const requirePinned = async (
  services: ExecutorServices,
  primary: Target,
  pipeline: string,
  attempt: Attempt,
  signal: AbortSignal,
): Promise<void> => {
  const { imagebuilder_imagerecipe_arn: pinned } = pinsOf(attempt);
  const recipe = await pipelineOf(services, primary, pipeline, signal);
  if (pinned === undefined || pinned === recipe) return;
  throw new AmiPublisherError('CONTENT_CHANGED', {
    message: `the pipeline ${pipeline} was changed after the build was asked for: its recipe was ${pinned}, and is ${recipe} now`,
    resource: pipeline,
    remedy: 'ask for a new lifecycle',
  });
};

const start = async (
  services: ExecutorServices,
  primary: Target,
  imagePipelineArn: string,
  attempt: Attempt,
  signal: AbortSignal,
): Promise<string> => {
  const request = { imagePipelineArn, clientToken: workToken(attempt, 'build'), tags: workTags(attempt) };
  const call = imageBuilderCalls(services, primary, signal);
  const { imageBuildVersionArn = '' } = await call(
    'StartImagePipelineExecution',
    imagePipelineArn,
    (client, sdk, how) => client.send(new sdk.StartImagePipelineExecutionCommand(request), how),
  );
  return imageBuildVersionArn;
};

/** The images of an attempt that are still being made. */
const openImages = async (
  services: ExecutorServices,
  primary: Target,
  imagePipelineArn: string,
  { id }: Attempt,
  signal: AbortSignal,
): Promise<readonly ImageSummary[]> => {
  const call = imageBuilderCalls(services, primary, signal);
  const open: ImageSummary[] = [];
  let nextToken: string | undefined;
  do {
    const page = await call('ListImagePipelineImages', imagePipelineArn, (client, sdk, how) =>
      client.send(new sdk.ListImagePipelineImagesCommand({ imagePipelineArn, nextToken }), how),
    ).catch(unlessGone);
    const images = page?.imageSummaryList ?? [];
    open.push(...images.filter((image) => image.tags?.[workTagKeys.attempt] === id && !hasEnded(image)));
    nextToken = page?.nextToken;
  } while (nextToken !== undefined);
  return open;
};

/** One that has ended meanwhile needs no cancelling. */
export const unlessEnded = (reason: unknown): undefined => {
  if (causeOf(reason) === 'ResourceInUseException') return undefined;
  return unlessGone(reason);
};
