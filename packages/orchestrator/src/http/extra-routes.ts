import { AmiPublisherError } from '@ami-publisher/base';
import {
  exportLinkSchema,
  ownRoutes,
  type SelectedAmi,
  selectedAmiSchema,
  selectionCriteriaSchema,
  writeAnswerSchema,
} from '@ami-publisher/core';
import * as z from 'zod';
import type { LookupRow } from '../lifecycles/lookup.js';
import type { DeliveryState } from '../store/notification-outbox.js';
import { defineRoute, type Route } from './route.js';
import { writtenAnswer } from './written.js';

const attemptSchema = z.strictObject({
  id: z.string(),
  patch: z.int().meta({ description: '0 = the creation.' }),
  event: z.string(),
  attempt: z.int(),
  status: z.string(),
  actor: z.string().meta({ description: 'Name of the key that asked for it.' }),
  started_at: z.iso.datetime(),
  ended_at: z.iso.datetime().nullable(),
  error: z.string().nullable(),
});

const deliverySchema = z.strictObject({
  id: z.string().meta({ description: 'Goes with the message, the same in every attempt.' }),
  kind: z.string(),
  event: z.string().nullable(),
  text: z.string(),
  at: z.iso.datetime(),
  method: z.string(),
  target: z.string().meta({ description: 'Of a URL its origin only.' }),
  status: z.enum(['PENDING', 'DELIVERED', 'FAILED']),
  attempts: z.int(),
  next_attempt_at: z.iso.datetime().nullable(),
  ended_at: z.iso.datetime().nullable(),
  error: z.string().nullable().meta({ description: 'Why the latest attempt failed.' }),
});

/** The path of a webhook may be all that keeps others from posting there. */
const shownTarget = ({ method, target }: DeliveryState): string =>
  method === 'HTTP' ? new URL(target).origin : target;

const shownDelivery = (delivery: DeliveryState): z.input<typeof deliverySchema> => ({
  id: delivery.id,
  kind: delivery.kind,
  event: delivery.event,
  text: delivery.text,
  at: delivery.at.toISOString(),
  method: delivery.method,
  target: shownTarget(delivery),
  status: delivery.status,
  attempts: delivery.attempts,
  next_attempt_at: delivery.status === 'PENDING' ? delivery.nextAt.toISOString() : null,
  ended_at: delivery.endedAt?.toISOString() ?? null,
  error: delivery.error,
});

/** What the original has no routes for. */
export const extraRoutes: readonly Route[] = [
  defineRoute({
    name: 'lifecycleCancel',
    ...ownRoutes.lifecycleCancel,
    summary: 'Calls off what is in progress',
    answer: writeAnswerSchema,
    handle: async ({ lifecycleId, caller }, { service }) =>
      writtenAnswer(await service.cancel(lifecycleId, caller)),
  }),
  defineRoute({
    name: 'lifecycleRetry',
    ...ownRoutes.lifecycleRetry,
    summary: 'Tries once more what failed last',
    answer: writeAnswerSchema,
    handle: async ({ lifecycleId, caller }, { service }) =>
      writtenAnswer(await service.retry(lifecycleId, caller)),
  }),
  defineRoute({
    name: 'lifecycleAttempts',
    method: 'GET',
    path: '/lifecycles/{lifecycle-id}/attempts',
    operation: 'status',
    summary: 'All attempts at events of a lifecycle, oldest first',
    badKey: 'Invalid API Key for AMI Get Status operation.',
    answer: z.array(attemptSchema),
    handle: async ({ lifecycleId }, { service }) => ({
      body: (await service.load(lifecycleId)).attempts.map(
        (attempt): z.input<typeof attemptSchema> => ({
          id: attempt.id,
          patch: attempt.patchNumber,
          event: attempt.event,
          attempt: attempt.number,
          status: attempt.status,
          actor: attempt.actor,
          started_at: attempt.startedAt.toISOString(),
          ended_at: attempt.endedAt?.toISOString() ?? null,
          error: attempt.error,
        }),
      ),
    }),
  }),
  defineRoute({
    name: 'lifecycleNotifications',
    method: 'GET',
    path: '/lifecycles/{lifecycle-id}/notifications',
    operation: 'status',
    summary: 'Whom a lifecycle has told what, and whether it got through, oldest first',
    badKey: 'Invalid API Key for AMI Get Status operation.',
    answer: z.array(deliverySchema),
    handle: async ({ lifecycleId }, { service, outbox }) => {
      await service.load(lifecycleId);
      return { body: (await outbox.list(lifecycleId)).map(shownDelivery) };
    },
  }),
  defineRoute({
    name: 'lifecycleExport',
    ...ownRoutes.lifecycleExport,
    summary: 'A link to the disk that was exported for QA, good for some minutes',
    answer: exportLinkSchema,
    handle: async ({ lifecycleId }, { service, exportLink }) => {
      const state = await service.load(lifecycleId);
      if (exportLink === undefined)
        throw new AmiPublisherError('EXECUTOR_MISSING', {
          message: 'this server exports nothing',
          remedy: 'ask one that has executors',
        });
      return { body: await exportLink(state) };
    },
  }),
  defineRoute({
    name: 'selectAmi',
    ...ownRoutes.selectAmi,
    summary: 'The AMI of the highest version that meets criteria',
    query: selectionCriteriaSchema,
    answer: selectedAmiSchema,
    handle: async ({ input }, { select }) => ({ body: selectedAmi(await select(input)) }),
  }),
  defineRoute({
    name: 'lifecycleDelete',
    method: 'DELETE',
    path: '/lifecycles/{lifecycle-id}',
    operation: 'delete',
    summary: 'Removes a lifecycle from the books; its AMIs stay',
    badKey: 'Invalid API Key for AMI Lifecycle Delete operation.',
    answer: z.strictObject({ lifecycle_id: z.string() }),
    handle: async ({ lifecycleId, caller }, { service }) => {
      await service.remove(lifecycleId, caller);
      return { body: { lifecycle_id: lifecycleId } };
    },
  }),
];

const selectedAmi = (row: LookupRow): SelectedAmi => ({
  ami_id: row.amiId,
  ami_semver: row.amiSemver,
  aws_region: row.awsRegion,
  account_id: row.accountId,
  lifecycle_id: row.lifecycleId,
  lifecycle_type: row.lifecycleType,
  lifecycle_event: row.lifecycleEvent,
  stack_tag: row.stackTag,
  product_name: row.productName,
  product_ver: row.productVer,
  commit_ref: row.commitRef,
});
