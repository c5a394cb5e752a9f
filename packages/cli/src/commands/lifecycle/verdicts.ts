import {
  approveRequestSchema,
  approvingEvent,
  certifyRequestSchema,
  checkRequest,
} from '@ami-publisher/core';
import { interruptSignal } from '../../interrupt.js';
import type { CommandRunner } from '../definition.js';
import { showAnswer } from './answer.js';
import { propertiesOf } from './request.js';
import { connectWith } from './server.js';

const how = () => ({ signal: interruptSignal() });

/** `lifecycle certify LIFECYCLE-ID` */
export const certify: CommandRunner = async ([lifecycleId = ''], options) => {
  const { client } = await connectWith(options);
  const request = checkRequest(certifyRequestSchema, {
    lifecycle_id: lifecycleId,
    stack_tag: options.stackTag ?? (await client.status(lifecycleId, how())).stack_tag,
    certification_status: options.refuse === true ? 'FAILED' : 'CERTIFIED',
    properties: propertiesOf(options),
  });
  return showAnswer(client, await client.certify(request, how()), ['QA_CERTIFICATION_RESPONSE'], options);
};

/** `lifecycle approve LIFECYCLE-ID` */
export const approve: CommandRunner = async ([lifecycleId = ''], options) => {
  const { client } = await connectWith(options);
  const request = checkRequest(approveRequestSchema, {
    lifecycle_id: lifecycleId,
    stack_tag: options.stackTag ?? (await client.status(lifecycleId, how())).stack_tag,
    approval_status: options.refuse === true ? 'FAILED' : 'APPROVED',
    properties: propertiesOf(options),
  });
  const isPatch = options.patch === true;
  const answer = isPatch ? await client.approvePatch(request, how()) : await client.approve(request, how());
  return showAnswer(client, answer, [approvingEvent[isPatch ? 'ami-patch' : 'ami-creation']], options);
};

/** `lifecycle cancel LIFECYCLE-ID` */
export const cancel: CommandRunner = async ([lifecycleId = ''], options) => {
  const { client } = await connectWith(options);
  return showAnswer(client, await client.cancel(lifecycleId, how()), [], options);
};

/** `lifecycle retry LIFECYCLE-ID` */
export const retry: CommandRunner = async ([lifecycleId = ''], options) => {
  const { client } = await connectWith(options);
  return showAnswer(client, await client.retry(lifecycleId, how()), [], options);
};
