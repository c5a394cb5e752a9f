import { AmiPublisherError } from '@ami-publisher/base';
import { formatTarget, type Target } from '@ami-publisher/core';
import type { Image, ImageStatus } from '@aws-sdk/client-imagebuilder';
import { askUntil } from '../../aws/retried.js';
import type { AmiDetails, Properties } from '../../lifecycles/state.js';
import type { ExecutorServices } from '../services.js';
import { imageBuilderCalls } from './calls.js';

const everyMs = 30_000;

/** States that an image does not leave by itself. */
const ends: ReadonlySet<ImageStatus> = new Set([
  'AVAILABLE',
  'CANCELLED',
  'DELETED',
  'DEPRECATED',
  'DISABLED',
  'FAILED',
]);

/** Whether the making of an image is over. */
export const hasEnded = ({ state }: Pick<Image, 'state'>): boolean =>
  state?.status !== undefined && ends.has(state.status);

/**
 * An image of Image Builder, once it is available.
 *
 * @throws `RESOURCE_FAILED` with the reason that Image Builder gives, `TIMED_OUT`
 */
export const madeImage = async (
  services: Pick<ExecutorServices, 'clients' | 'clock' | 'configuration'>,
  target: Target,
  imageBuildVersionArn: string,
  signal: AbortSignal,
): Promise<Image> => {
  const call = imageBuilderCalls(services, target, signal);
  const minutes = services.configuration.timeLimitMinutes.build;
  const failed = (code: 'RESOURCE_FAILED' | 'TIMED_OUT', why: string) =>
    new AmiPublisherError(code, {
      message: `the image ${imageBuildVersionArn} in ${formatTarget(target)} ${why}`,
      resource: imageBuildVersionArn,
    });
  const tooLong = () => failed('TIMED_OUT', `was not made within ${minutes} minutes`);
  const { clock } = services;
  return askUntil({ clock, signal, everyMs, timeoutMs: minutes * 60_000, tooLong }, async () => {
    const { image } = await call('GetImage', imageBuildVersionArn, (client, sdk, how) =>
      client.send(new sdk.GetImageCommand({ imageBuildVersionArn }), how),
    );
    if (image?.state?.status === 'AVAILABLE') return image;
    if (image === undefined || !hasEnded(image)) return undefined;
    throw failed(
      'RESOURCE_FAILED',
      `is ${image.state?.status}: ${image.state?.reason ?? 'no reason is given'}`,
    );
  });
};

/**
 * The AMIs of an image in these targets, as results of lifecycles tell them, in the order of the targets; what it has elsewhere is left out.
 *
 * @throws `RESOURCE_FAILED` naming the targets that got none
 */
export const amisIn = (targets: readonly Target[], { arn = '', outputResources }: Image): AmiDetails[] => {
  const amis = outputResources?.amis ?? [];
  const found = targets.map((target) => ({
    target,
    ami: amis.find(({ region, accountId }) => region === target.region && accountId === target.accountId),
  }));
  const missing = found
    .filter(({ ami }) => ami?.image === undefined)
    .map(({ target }) => formatTarget(target));
  if (missing.length > 0)
    throw new AmiPublisherError('RESOURCE_FAILED', {
      message: `the image ${arn} has no AMI in ${missing.join(', ')}`,
      resource: arn,
      remedy: 'have its distribution configuration name these targets, or leave them out of the product',
    });
  return found.map(({ target, ami }) => ({
    ...{ region: target.region, accountId: target.accountId, account: target.account },
    ...{ image: ami?.image ?? '', name: ami?.name ?? '', description: ami?.description ?? '' },
  }));
};

/** What results tell of an image, in the words of the original. */
export const imageProperties = (image: Image): Properties => {
  const { arn, name, dateCreated, imageRecipe, sourcePipelineName, sourcePipelineArn } = image;
  return {
    imagebuilder_image_arn: arn,
    imagebuilder_image_name: name,
    imagebuilder_image_creation_date: dateCreated,
    imagebuilder_imagerecipe_arn: imageRecipe?.arn,
    imagebuilder_imagerecipe_name: imageRecipe?.name,
    imagebuilder_imagerecipe_creation_date: imageRecipe?.dateCreated,
    imagebuilder_recipe_components: (imageRecipe?.components ?? []).map(({ componentArn }) => ({
      componentArn,
    })),
    ...(sourcePipelineArn !== undefined && {
      imagebuilder_pipeline_arn: sourcePipelineArn,
      imagebuilder_source_pipeline_name: sourcePipelineName,
    }),
  };
};
