import type { Clock } from '@ami-publisher/base';
import type { Kysely } from 'kysely';
import type { NoticeKind } from '../lifecycles/draft.js';
import type { Lifecycle } from '../lifecycles/state.js';
import type { DeliveryStatus, Tables } from './tables.js';

/** A delivery that this process is to make, with what it tells. */
export interface Delivery
  extends Pick<Lifecycle, 'owner' | 'stackTag' | 'productName' | 'productVer'>,
    ToldNotice {
  readonly id: string;
  readonly lifecycleId: string;
  readonly method: string;
  readonly target: string;
  /** This one included. */
  readonly attempts: number;
}

interface ToldNotice {
  readonly kind: NoticeKind;
  readonly event: Tables['notices']['event'];
  readonly text: string;
  readonly at: Date;
}

/** How a delivery stands, for people. */
export interface DeliveryState extends ToldNotice, Omit<Tables['deliveries'], 'noticeId' | 'lifecycleId'> {}

const noticeColumns = ['notices.kind', 'notices.event', 'notices.text', 'notices.at'] as const;

/** Deliveries that are stored with what they tell of, and how they stand. */
export class NotificationOutbox {
  readonly #db: Kysely<Tables>;
  readonly #clock: Clock;

  constructor(db: Kysely<Tables>, clock: Clock) {
    this.#db = db;
    this.#clock = clock;
  }

  /**
   * Takes deliveries that are due. Nobody else gets them before `leaseMs` have passed; then whoever took them has gone, and they are due again.
   *
   * @param most so many at most, those that have waited longest first.
   */
  async claim(most: number, leaseMs: number): Promise<readonly Delivery[]> {
    const now = this.#clock.now();
    const claimed = await this.#db
      .updateTable('deliveries')
      .set((set) => ({ attempts: set('attempts', '+', 1), nextAt: new Date(now + leaseMs) }))
      .where('id', 'in', (from) =>
        from
          .selectFrom('deliveries')
          .select('id')
          .where('status', '=', 'PENDING')
          .where('nextAt', '<=', new Date(now))
          .orderBy('nextAt')
          .limit(most)
          .forUpdate()
          .skipLocked(),
      )
      .returning('id')
      .execute();
    if (claimed.length === 0) return [];
    return this.#db
      .selectFrom('deliveries')
      .innerJoin('notices', 'notices.id', 'deliveries.noticeId')
      .innerJoin('lifecycles', 'lifecycles.id', 'deliveries.lifecycleId')
      .select(['deliveries.id', 'deliveries.lifecycleId', 'method', 'target', 'attempts'])
      .select(noticeColumns)
      .select(['owner', 'stackTag', 'productName', 'productVer'])
      .where(
        'deliveries.id',
        'in',
        claimed.map(({ id }) => id),
      )
      .orderBy('notices.id')
      .execute();
  }

  /** Writes down that a delivery was made. */
  async delivered(id: string): Promise<void> {
    await this.#end(id, { status: 'DELIVERED', error: null });
  }

  /** Writes down that an attempt failed, and when the next is; null = there is none. */
  async failed(id: string, error: string, nextAt: Date | null): Promise<void> {
    if (nextAt === null) await this.#end(id, { status: 'FAILED', error });
    else await this.#db.updateTable('deliveries').set({ error, nextAt }).where('id', '=', id).execute();
  }

  /** All deliveries of a lifecycle, oldest first. */
  async list(lifecycleId: string): Promise<readonly DeliveryState[]> {
    return this.#db
      .selectFrom('deliveries')
      .innerJoin('notices', 'notices.id', 'deliveries.noticeId')
      .select(['deliveries.id', 'method', 'target', 'status', 'attempts', 'nextAt', 'error', 'endedAt'])
      .select(noticeColumns)
      .where('deliveries.lifecycleId', '=', lifecycleId)
      .orderBy('notices.id')
      .orderBy('method')
      .orderBy('target')
      .execute();
  }

  /** How many deliveries of a lifecycle stand how. */
  async tally(lifecycleId: string): Promise<Readonly<Record<DeliveryStatus, number>>> {
    const rows = await this.#db
      .selectFrom('deliveries')
      .select(['status', ({ fn }) => fn.countAll().as('count')])
      .where('lifecycleId', '=', lifecycleId)
      .groupBy('status')
      .execute();
    const counts = { PENDING: 0, DELIVERED: 0, FAILED: 0 };
    for (const { status, count } of rows) counts[status] = Number(count);
    return counts;
  }

  async #end(
    id: string,
    end: { readonly status: Exclude<DeliveryStatus, 'PENDING'>; readonly error: string | null },
  ): Promise<void> {
    const endedAt = new Date(this.#clock.now());
    await this.#db
      .updateTable('deliveries')
      .set({ ...end, endedAt })
      .where('id', '=', id)
      .execute();
  }
}
