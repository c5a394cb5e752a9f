import { randomUUID } from 'node:crypto';
import type { Transaction } from 'kysely';
import type { Notice } from '../lifecycles/draft.js';
import type { Channel, Lifecycle } from '../lifecycles/state.js';
import { withoutSecrets } from '../redaction.js';
import type { Tables } from './tables.js';

/** Channels that are told of a lifecycle beside those that it names. */
export type AlsoTold = (notice: Notice, lifecycle: Lifecycle) => readonly Channel[];

/** Writes a notice and what is to be delivered of it; both are there, or neither, when the change that it is about is. */
export const writeNotice = async (
  transaction: Transaction<Tables>,
  { kind, event, text, channels }: Notice,
  lifecycleId: string,
  at: Date,
): Promise<void> => {
  const { id: noticeId } = await transaction
    .insertInto('notices')
    .values({ kind, event, text: withoutSecrets(text), lifecycleId, at })
    .returning('id')
    .executeTakeFirstOrThrow();
  if (channels.length === 0) return;
  const rows = channels.map(({ method, target }) => ({
    ...{ id: randomUUID(), noticeId, lifecycleId, method, target },
    ...{ status: 'PENDING' as const, attempts: 0, nextAt: at, error: null, endedAt: null },
  }));
  await transaction.insertInto('deliveries').values(rows).execute();
};
