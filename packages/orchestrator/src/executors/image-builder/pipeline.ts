import { AmiPublisherError } from '@ami-publisher/base';
import { formatTarget, type Target } from '@ami-publisher/core';
import type { ExecutorServices } from '../services.js';
import { causeOf, imageBuilderCalls } from './calls.js';

/**
 * The recipe that a pipeline builds by now.
 *
 * @returns its ARN
 * @throws `PRODUCT_NOT_CONFIGURED` for a pipeline of another place than the primary target, or that is not there
 */
export const pipelineOf = async (
  services: Pick<ExecutorServices, 'clients'>,
  primary: Target,
  imagePipelineArn: string,
  signal: AbortSignal,
): Promise<string> => {
  const [, , , region, accountId] = imagePipelineArn.split(':');
  if (region !== primary.region || accountId !== primary.accountId)
    throw notConfigured(imagePipelineArn, `is not in the primary target, ${formatTarget(primary)}`);
  const call = imageBuilderCalls(services, primary, signal);
  const answer = call('GetImagePipeline', imagePipelineArn, (client, sdk, how) =>
    client.send(new sdk.GetImagePipelineCommand({ imagePipelineArn }), how),
  );
  const { imagePipeline } = await answer.catch((reason: unknown) => {
    if (causeOf(reason) === 'ResourceNotFoundException')
      throw notConfigured(imagePipelineArn, `is not there in ${formatTarget(primary)}`);
    throw reason;
  });
  if (imagePipeline?.imageRecipeArn === undefined)
    throw notConfigured(imagePipelineArn, 'makes no AMIs: it has no image recipe');
  return imagePipeline.imageRecipeArn;
};

const notConfigured = (arn: string, why: string): AmiPublisherError =>
  new AmiPublisherError('PRODUCT_NOT_CONFIGURED', {
    message: `the pipeline ${arn} ${why}`,
    resource: arn,
    remedy: 'name another one under imageBuilder.pipeline in the configuration of the executors',
  });
