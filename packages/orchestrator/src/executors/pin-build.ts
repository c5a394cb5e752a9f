import type { Pins } from '../lifecycles/pins.js';
import type { LifecycleState } from '../lifecycles/state.js';
import { releaseAskedFor } from './build.js';
import { pipelineOf } from './image-builder/pipeline.js';
import { productOf, targetsOf } from './places.js';
import type { ExecutorServices } from './services.js';

/**
 * What a new lifecycle is built of: a release and its digest, or a pipeline and its recipe.
 *
 * @throws `PRODUCT_NOT_CONFIGURED`, and what the image server or Image Builder does
 */
export const pinBuild = async (
  services: ExecutorServices,
  state: LifecycleState,
  signal: AbortSignal,
): Promise<Pins> => {
  const product = productOf(services.configuration, state);
  const { stream, imageBuilder } = product;
  if (imageBuilder.pipeline !== undefined) {
    const { primary } = await targetsOf(services.cloud, product, signal);
    const recipe = await pipelineOf(services, primary, imageBuilder.pipeline, signal);
    return { imagebuilder_pipeline_arn: imageBuilder.pipeline, imagebuilder_imagerecipe_arn: recipe };
  }
  const { leaf, manifestDigest } = await releaseAskedFor(services, product, state, signal);
  return { image: `${stream}/${leaf}`, manifest_digest: manifestDigest };
};
