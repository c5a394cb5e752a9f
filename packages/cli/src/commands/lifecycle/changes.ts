import {
  checkRequest,
  createPatchRequestSchema,
  createRequestSchema,
  enabledEvents,
  requestedEvents,
  updatePatchRequestSchema,
  updateRequestSchema,
} from '@ami-publisher/core';
import { headCommit } from '../../input/git.js';
import { interruptSignal } from '../../interrupt.js';
import { openComponent } from '../../lifecycle/patch-component.js';
import type { CommandRunner } from '../definition.js';
import { showAnswer } from './answer.js';
import { needed, propertiesOf, requesterOf, stepsOf } from './request.js';
import { connectWith } from './server.js';

const how = () => ({ signal: interruptSignal() });

/** `lifecycle create` */
export const create: CommandRunner = async (_positional, options) => {
  const steps = stepsOf(options, 'ami-creation', true);
  const request = checkRequest(createRequestSchema, {
    ...(await requesterOf(options)),
    product_name: needed(options.productName, 'product-name', 'name the product of the AMI'),
    product_ver: needed(options.productVersion, 'product-version', 'give the version of the product'),
    commit_ref: options.commitRef ?? (await headCommit()),
    events: requestedEvents(steps),
    properties: propertiesOf(options),
  });
  const { client } = await connectWith(options);
  return showAnswer(client, await client.create(request, how()), enabledEvents(steps), options);
};

/** `lifecycle update LIFECYCLE-ID` */
export const update: CommandRunner = async ([lifecycleId = ''], options) => {
  const steps = stepsOf(options, 'ami-creation', false);
  const { client } = await connectWith(options);
  const request = checkRequest(updateRequestSchema, {
    ...(await requesterOf(options, await client.status(lifecycleId, how()))),
    lifecycle_id: lifecycleId,
    events: requestedEvents(steps),
    properties: propertiesOf(options),
  });
  return showAnswer(client, await client.update(request, how()), enabledEvents(steps), options);
};

/** `lifecycle patch LIFECYCLE-ID COMPONENT` */
export const patch: CommandRunner = async ([lifecycleId = '', source = ''], options) => {
  const steps = stepsOf(options, 'ami-patch', true);
  const description = needed(options.description, 'description', 'say what the patch changes');
  const { client, discovery } = await connectWith(options);
  const bucket = options.patchBucket as string | undefined;
  const component = await openComponent(source, { lifecycleId, discovery, bucket });
  const request = checkRequest(createPatchRequestSchema, {
    ...(await requesterOf(options, await client.status(lifecycleId, how()))),
    lifecycle_id: lifecycleId,
    commit_ref: options.commitRef ?? (await headCommit()),
    events: requestedEvents(steps),
    properties: {
      ...propertiesOf(options),
      patch_component_url: component.url,
      patch_change_description: description,
      semver_bump_type: options.bump === 'minor' ? 'MINOR' : 'PATCH',
    },
  });
  await component.upload();
  return showAnswer(client, await client.createPatch(request, how()), enabledEvents(steps), options);
};

/** `lifecycle continue LIFECYCLE-ID` */
export const continuePatch: CommandRunner = async ([lifecycleId = ''], options) => {
  const steps = stepsOf(options, 'ami-patch', false);
  const { client } = await connectWith(options);
  const request = checkRequest(updatePatchRequestSchema, {
    ...(await requesterOf(options, await client.status(lifecycleId, how()))),
    lifecycle_id: lifecycleId,
    commit_ref: '',
    events: requestedEvents(steps),
    properties: propertiesOf(options),
  });
  return showAnswer(client, await client.updatePatch(request, how()), enabledEvents(steps), options);
};
