import { formatWireDate, type WriteAnswer } from '@ami-publisher/core';
import type { Written } from '../lifecycles/lifecycle-service.js';
import type { Channel } from '../lifecycles/state.js';
import type { RouteAnswer } from './route.js';

/** Which date an answer calls that of the creation. */
type AnswerDate = 'created' | 'updated' | 'patch updated';

/** The answer of a write: the head of the lifecycle, and what was asked for in vain. */
export const writtenAnswer = ({ state, skipped }: Written, date: AnswerDate = 'created'): RouteAnswer => {
  const { lifecycle, patches } = state;
  const dates: Readonly<Record<AnswerDate, Date | null | undefined>> = {
    created: lifecycle.createdAt,
    updated: lifecycle.updatedAt,
    'patch updated': patches.at(-1)?.updatedAt,
  };
  const body: WriteAnswer = {
    lifecycle_id: lifecycle.id,
    owner: lifecycle.owner,
    creation_date: formatWireDate(dates[date] ?? lifecycle.createdAt),
    notification_channels: lifecycle.notifications.map(({ method, target }: Channel) => ({ method, target })),
    ...(skipped.length > 0 && { skipped_events: [...skipped] }),
  };
  return { body };
};
