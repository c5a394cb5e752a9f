import type { LifecycleType } from '@ami-publisher/core';
import * as z from 'zod';
import type { AttemptStatus } from '../lifecycles/state.js';
import { dashboardPage } from '../pages/dashboard.js';
import { timelineRoutes } from '../pages/paths.js';
import { allEvents, standings } from '../pages/words.js';
import { formatPosition, parsePosition } from './list-query.js';
import { defineRoute, type Route } from './route.js';

/** Lifecycles on a page of the dashboard. */
const pageSize = 25;

/** A field of a form that is sent empty if nobody has filled it in. */
const optional = <Schema extends z.ZodType>(schema: Schema) =>
  z.preprocess((value) => (value === '' ? undefined : value), schema.optional());

const dashboardQuerySchema = z.strictObject({
  text: optional(z.string().trim().max(200, 'at most 200 characters')),
  product: optional(z.string()),
  owner: optional(z.string()),
  event: optional(z.enum(allEvents)),
  status: optional(z.enum(Object.keys(standings) as AttemptStatus[])),
  after: optional(z.string()),
});

const changesQuerySchema = z.strictObject({
  since: z.string().max(100, 'at most 100 characters').default(''),
});

const timelineChanges = (type: LifecycleType): Route =>
  defineRoute({
    ...timelineRoutes[type],
    name: `${type}Changes`,
    path: `${timelineRoutes[type].path}/changes`,
    summary: 'Says when a timeline has changed',
    query: changesQuerySchema,
    answer: 'stream',
    handle: async ({ lifecycleId, input, lastEventId }, { changes }) => ({
      body: changes({ lifecycleId, seen: lastEventId ?? input.since }),
    }),
  });

/** What only browsers ask for. Timelines are among the routes of the original. */
export const pageRoutes: readonly Route[] = [
  defineRoute({
    name: 'dashboard',
    method: 'GET',
    path: '/',
    operation: 'status',
    badKey: 'the key is not known',
    summary: 'Lifecycles, as a page',
    query: dashboardQuerySchema,
    answer: 'html',
    handle: async ({ input, viewer }, { page, filterChoices, revisions }) => {
      const { after, ...filters } = input;
      // Before the lifecycles: what changes in between is told of then, and not missed.
      const revision = await revisions.ofAll();
      const { states, next } = await page({
        ...{ ...filters, productName: filters.product, direction: 'desc', limit: pageSize },
        after: after === undefined ? undefined : parsePosition(after),
      });
      const choices = await filterChoices();
      return {
        body: dashboardPage(
          {
            ...{ states, filters, choices, revision, isFirst: after === undefined },
            next: next && formatPosition(next),
          },
          viewer,
        ),
      };
    },
  }),
  defineRoute({
    name: 'changes',
    method: 'GET',
    path: '/changes',
    operation: 'status',
    badKey: 'the key is not known',
    summary: 'Says when any lifecycle has changed',
    query: changesQuerySchema,
    answer: 'stream',
    handle: async ({ input, lastEventId }, { changes }) => ({
      body: changes({ lifecycleId: undefined, seen: lastEventId ?? input.since }),
    }),
  }),
  timelineChanges('ami-creation'),
  timelineChanges('ami-patch'),
];
