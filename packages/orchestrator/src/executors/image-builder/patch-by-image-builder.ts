import { AmiPublisherError } from '@ami-publisher/base';
import { formatTarget, type Target } from '@ami-publisher/core';
import type { ImageSummary } from '@aws-sdk/client-imagebuilder';
import { askUntil } from '../../aws/retried.js';
import type { Executor, Work } from '../../jobs/executor.js';
import type { Attempt } from '../../lifecycles/state.js';
import { componentOf, componentPin } from '../patch/fetch-component.js';
import { primaryAmi, productOf, targetOf, targetsOf } from '../places.js';
import { describeAmi } from '../published-release.js';
import type { ExecutorServices } from '../services.js';
import { withinMinutes } from '../within.js';
import { workToken } from '../work-tags.js';
import { unlessEnded } from './build-by-pipeline.js';
import { causeOf, type ImageBuilderCall, imageBuilderCalls, unlessGone } from './calls.js';
import { amisIn, hasEnded, imageProperties, madeImage } from './made-image.js';
import {
  componentRequest,
  distributionRequest,
  imageRequest,
  infrastructureRequest,
  type PatchPlan,
  patchArns,
  recipeRequest,
  requireForImageBuilder,
} from './patch-resources.js';

const endEveryMs = 15_000;
const endTimeoutMs = 15 * 60_000;

/**
 * Patches an AMI by Image Builder: a recipe of the AMI and the component makes new ones. Everything is named after the attempt, so that whoever goes on
 * with it finds what is there, and whoever cleans up needs to know no more; the AMIs alone stay.
 */
export const patchByImageBuilder = (services: ExecutorServices): Executor => ({
  run: (work, outer) =>
    withinMinutes(services.clock, services.configuration.timeLimitMinutes.build, outer, async (signal) => {
      const plan = await planOf(services, work, signal);
      const { attempt, primary, targets, parent } = plan;
      const call = imageBuilderCalls(services, primary, signal);
      const image = await madeImage(services, primary, await begin(call, plan), signal);
      return {
        status: 'COMPLETED',
        properties: {
          task: 'PATCH_AMI',
          ami_details: amisIn([primary, ...targets.filter((target) => target !== primary)], image),
          parent_ami_id: parent.ImageId,
          ...imageProperties(image),
          ...componentPin(attempt),
        },
      };
    }),
  cleanUp: async (work) => {
    const { signal } = new AbortController();
    const product = productOf(services.configuration, work.state);
    const primary = await targetOf(services.cloud, product, primaryAmi(work.amis), signal);
    await removeImages(services, primary, work.attempt, signal);
    await removeResources(imageBuilderCalls(services, primary, signal), primary, work.attempt);
  },
});

const planOf = async (services: ExecutorServices, work: Work, signal: AbortSignal): Promise<PatchPlan> => {
  const { attempt, state, amis } = work;
  const product = productOf(services.configuration, state);
  const ami = primaryAmi(amis);
  const primary = await targetOf(services.cloud, product, ami, signal);
  const resolved = await targetsOf(services.cloud, product, signal);
  const { document, url } = await componentOf(services, primary, work, signal);
  requireForImageBuilder(product, resolved, document, url);
  const parent = await describeAmi(services, primary, ami.image, signal);
  const targets = [primary, ...resolved.targets.filter(({ region }) => region !== primary.region)];
  return { product, attempt, primary, targets, parent, document };
};

/** Makes everything that is not there yet, and the image of it. @returns ARN of the image */
const begin = async (call: ImageBuilderCall, plan: PatchPlan): Promise<string> => {
  const { attempt, primary } = plan;
  const arns = patchArns(primary, attempt);
  await call('CreateComponent', arns.component, (client, sdk, how) =>
    client.send(new sdk.CreateComponentCommand(componentRequest(plan)), how),
  ).catch(unlessThere);
  await call('CreateImageRecipe', arns.recipe, (client, sdk, how) =>
    client.send(new sdk.CreateImageRecipeCommand(recipeRequest(plan, arns.component)), how),
  ).catch(unlessThere);
  await call('CreateInfrastructureConfiguration', arns.infrastructure, (client, sdk, how) =>
    client.send(new sdk.CreateInfrastructureConfigurationCommand(infrastructureRequest(plan)), how),
  ).catch(unlessThere);
  await call('CreateDistributionConfiguration', arns.distribution, (client, sdk, how) =>
    client.send(new sdk.CreateDistributionConfigurationCommand(distributionRequest(plan)), how),
  ).catch(unlessThere);
  const { imageBuildVersionArn = '' } = await call('CreateImage', arns.imageVersion, (client, sdk, how) =>
    client.send(new sdk.CreateImageCommand(imageRequest(attempt, arns)), how),
  );
  return imageBuildVersionArn;
};

/** An attempt makes each of them with one content only. */
const unlessThere = (reason: unknown): undefined => {
  if (causeOf(reason) === 'ResourceAlreadyExistsException') return undefined;
  throw reason;
};

/** Cancels what is still being made, waits for its end, and removes the images; AMIs stay. */
const removeImages = async (
  services: ExecutorServices,
  primary: Target,
  attempt: Attempt,
  signal: AbortSignal,
): Promise<void> => {
  const call = imageBuilderCalls(services, primary, signal);
  const { imageVersion } = patchArns(primary, attempt);
  const images = () => imagesOf(call, imageVersion);
  for (const { arn = '', ...image } of await images())
    if (!hasEnded(image))
      await call('CancelImageCreation', arn, (client, sdk, how) =>
        client.send(
          new sdk.CancelImageCreationCommand({
            imageBuildVersionArn: arn,
            clientToken: workToken(attempt, 'cancel'),
          }),
          how,
        ),
      ).catch(unlessEnded);
  const tooLong = () =>
    new AmiPublisherError('TIMED_OUT', {
      message: `the images of ${imageVersion} in ${formatTarget(primary)} had not ended ${endTimeoutMs / 60_000} minutes after they were cancelled`,
      resource: imageVersion,
    });
  const wait = { clock: services.clock, signal, everyMs: endEveryMs, timeoutMs: endTimeoutMs, tooLong };
  const ended = await askUntil(wait, async () => {
    const now = await images();
    return now.every(hasEnded) ? now : undefined;
  });
  for (const { arn = '' } of ended)
    await call('DeleteImage', arn, (client, sdk, how) =>
      client.send(new sdk.DeleteImageCommand({ imageBuildVersionArn: arn }), how),
    ).catch(unlessGone);
};

/** An attempt makes one image. */
const imagesOf = async (
  call: ImageBuilderCall,
  imageVersionArn: string,
): Promise<readonly ImageSummary[]> => {
  const page = await call('ListImageBuildVersions', imageVersionArn, (client, sdk, how) =>
    client.send(new sdk.ListImageBuildVersionsCommand({ imageVersionArn }), how),
  ).catch(unlessGone);
  return page?.imageSummaryList ?? [];
};

/** What is made of something goes before it. */
const removeResources = async (call: ImageBuilderCall, primary: Target, attempt: Attempt): Promise<void> => {
  const { recipe, distribution, infrastructure, component } = patchArns(primary, attempt);
  await call('DeleteImageRecipe', recipe, (client, sdk, how) =>
    client.send(new sdk.DeleteImageRecipeCommand({ imageRecipeArn: recipe }), how),
  ).catch(unlessGone);
  await call('DeleteDistributionConfiguration', distribution, (client, sdk, how) =>
    client.send(
      new sdk.DeleteDistributionConfigurationCommand({ distributionConfigurationArn: distribution }),
      how,
    ),
  ).catch(unlessGone);
  await call('DeleteInfrastructureConfiguration', infrastructure, (client, sdk, how) =>
    client.send(
      new sdk.DeleteInfrastructureConfigurationCommand({ infrastructureConfigurationArn: infrastructure }),
      how,
    ),
  ).catch(unlessGone);
  await call('DeleteComponent', component, (client, sdk, how) =>
    client.send(new sdk.DeleteComponentCommand({ componentBuildVersionArn: component }), how),
  ).catch(unlessGone);
};
