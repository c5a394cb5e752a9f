import {
  approveRequestSchema,
  certifyRequestSchema,
  createPatchRequestSchema,
  createRequestSchema,
  type LifecycleRouteName,
  type LifecycleType,
  lifecycleRecordSchema,
  lifecycleRoutes,
  updatePatchRequestSchema,
  updateRequestSchema,
  writeAnswerSchema,
} from '@ami-publisher/core';
import * as z from 'zod';
import { revisionOf } from '../live/change-feed.js';
import { timelinePage } from '../pages/timeline.js';
import { requestShapes } from '../rules/request-shape.js';
import { extraRoutes } from './extra-routes.js';
import { listQuerySchema, pageLink, pageRequest } from './list-query.js';
import { defineRoute, type Route } from './route.js';
import { writtenAnswer } from './written.js';

const answer = writeAnswerSchema;
const of = (name: LifecycleRouteName) => ({ name, ...lifecycleRoutes[name] });

const listRoute = (name: LifecycleRouteName): Route =>
  defineRoute({
    ...of(name),
    summary: 'Lifecycles, page by page',
    query: listQuerySchema,
    answer: z.array(lifecycleRecordSchema),
    handle: async ({ input, record }, { page }) => {
      const found = await page(pageRequest(input));
      return {
        body: found.states.map((state) => record(state)),
        headers: pageLink(found, lifecycleRoutes[name].path, input),
      };
    },
  });

const statusRoute = (name: LifecycleRouteName): Route =>
  defineRoute({
    ...of(name),
    summary: 'A lifecycle',
    answer: lifecycleRecordSchema,
    handle: async ({ lifecycleId, record }, { service, outbox }) => ({
      body: record(await service.load(lifecycleId), {
        notification_deliveries: await outbox.tally(lifecycleId),
      }),
    }),
  });

const approveRoute = (name: LifecycleRouteName, type: LifecycleType, summary: string): Route =>
  defineRoute({
    ...of(name),
    summary,
    shape: requestShapes.approve,
    body: approveRequestSchema,
    answer,
    handle: async ({ input, caller }, { service }) =>
      writtenAnswer(await service.approve(type, input, caller)),
  });

const timelineRoute = (name: LifecycleRouteName, type: LifecycleType): Route =>
  defineRoute({
    ...of(name),
    summary: 'How far a lifecycle is, as a page',
    answer: 'html',
    handle: async ({ lifecycleId, viewer }, { service, revisions }) => {
      // Before the state: what changes in between is told of then, and not missed.
      const revision = await revisionOf(revisions, lifecycleId);
      return { body: timelinePage(await service.load(lifecycleId), type, viewer, revision) };
    },
  });

/** All routes that want a key: the thirteen of the original, and our own. */
export const routes: readonly Route[] = [
  defineRoute({
    ...of('lifecycleCreate'),
    summary: 'Makes a lifecycle and starts its build',
    shape: requestShapes.create,
    body: createRequestSchema,
    answer,
    handle: async ({ input, caller }, { service }) => writtenAnswer(await service.create(input, caller)),
  }),
  defineRoute({
    ...of('lifecycleCreateUpdate'),
    summary: 'Switches events of a creation on, and starts the next of them',
    shape: requestShapes.update,
    body: updateRequestSchema,
    answer,
    handle: async ({ input, caller }, { service }) =>
      writtenAnswer(await service.update(input, caller), 'updated'),
  }),
  listRoute('getLifecycleStatusWithStackTag'),
  statusRoute('getLifecycleStatusByLifecycleId'),
  defineRoute({
    ...of('lifecycleQACertification'),
    summary: 'Records the verdict of QA',
    shape: requestShapes.certify,
    body: certifyRequestSchema,
    answer,
    handle: async ({ input, caller }, { service }) => writtenAnswer(await service.certify(input, caller)),
  }),
  approveRoute(
    'lifecycleCreationMarkForProductionApproval',
    'ami-creation',
    'Approves the created AMI for production, or refuses it',
  ),
  timelineRoute('getLifecycleTimelineByLifecycleId', 'ami-creation'),
  defineRoute({
    ...of('lifecycleCreatePatch'),
    summary: 'Starts a patch',
    shape: requestShapes.createPatch,
    body: createPatchRequestSchema,
    answer,
    handle: async ({ input, caller }, { service }) => writtenAnswer(await service.createPatch(input, caller)),
  }),
  defineRoute({
    ...of('lifecycleCreateUpdatePatch'),
    summary: 'Switches events of the newest patch on, and starts the next of them',
    shape: requestShapes.updatePatch,
    body: updatePatchRequestSchema,
    answer,
    handle: async ({ input, caller }, { service }) =>
      writtenAnswer(await service.updatePatch(input, caller), 'patch updated'),
  }),
  listRoute('getLifecycleStatusWithStackTagPatch'),
  statusRoute('getLifecycleStatusByLifecycleIdPatch'),
  approveRoute(
    'lifecyclePatchMarkForProductionApproval',
    'ami-patch',
    'Approves the newest patch for production, or refuses it',
  ),
  timelineRoute('getLifecycleTimelineByLifecycleIdPatch', 'ami-patch'),
  ...extraRoutes,
];
