import { AmiPublisherError, type Clock, type Logger } from '@ami-publisher/base';

/** Revisions of what can be watched, read together. */
export interface Revisions {
  /** Of lifecycles by their ids; those that are gone have none. */
  readonly of: (lifecycleIds: readonly string[]) => Promise<ReadonlyMap<string, string>>;
  /** Of all lifecycles as a whole. */
  readonly ofAll: () => Promise<string>;
}

/** Somebody who wants to know when a lifecycle, or any of them, has changed. */
export interface Watcher {
  /** Undefined = all. */
  readonly lifecycleId: string | undefined;
  /** Revision that it has seen. */
  seen: string;
  readonly changed: (revision: string) => void;
  /** There is nothing more to come. */
  readonly ended: () => void;
}

export interface ChangeFeedOptions {
  readonly revisions: Revisions;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Between two looks, ms. */
  readonly everyMs: number;
  /** How many can watch at a time. */
  readonly mostWatchers: number;
}

const gone = 'gone';

/** The revision of one lifecycle, as watchers see it. */
export const revisionOf = async ({ of }: Revisions, lifecycleId: string): Promise<string> =>
  (await of([lifecycleId])).get(lifecycleId) ?? gone;

/**
 * Tells watchers of changes, whichever replica made them: it looks at the revisions in the database, once for all its watchers, and not at all while
 * there are none.
 */
export class ChangeFeed {
  readonly #options: ChangeFeedOptions;
  readonly #watchers = new Set<Watcher>();
  readonly #closing = new AbortController();
  #looking: Promise<void> | undefined;

  constructor(options: ChangeFeedOptions) {
    this.#options = options;
  }

  /** @throws `TOO_MANY_REQUESTS` if as many watch as can. */
  watch(watcher: Watcher): void {
    const { mostWatchers } = this.#options;
    if (this.#watchers.size >= mostWatchers || this.#closing.signal.aborted) {
      throw new AmiPublisherError('TOO_MANY_REQUESTS', {
        message: `${mostWatchers} pages are being watched, which is as many as can be`,
        remedy: 'close some, or load this one again now and then',
      });
    }
    this.#watchers.add(watcher);
    this.#looking ??= this.#look();
  }

  unwatch(watcher: Watcher): void {
    this.#watchers.delete(watcher);
  }

  /** Lets all watchers go. */
  async close(): Promise<void> {
    this.#closing.abort();
    for (const { ended } of [...this.#watchers]) ended();
    this.#watchers.clear();
    await this.#looking;
  }

  async #look(): Promise<void> {
    const { clock, logger, everyMs } = this.#options;
    while (this.#watchers.size > 0) {
      try {
        await this.#tell();
      } catch (error) {
        logger.error('changes could not be looked for', { error });
      }
      await clock.sleep(everyMs, this.#closing.signal).catch(() => {
        // It is being closed, and has no watchers any more.
      });
    }
    this.#looking = undefined;
  }

  async #tell(): Promise<void> {
    const { revisions } = this.#options;
    const watchers = [...this.#watchers];
    const ids = new Set(watchers.flatMap(({ lifecycleId }) => lifecycleId ?? []));
    const byId = await revisions.of([...ids]);
    const isAllWatched = watchers.some(({ lifecycleId }) => lifecycleId === undefined);
    const ofAll = isAllWatched ? await revisions.ofAll() : gone;
    for (const watcher of watchers) {
      const revision = watcher.lifecycleId === undefined ? ofAll : (byId.get(watcher.lifecycleId) ?? gone);
      if (revision === watcher.seen || !this.#watchers.has(watcher)) continue;
      watcher.seen = revision;
      watcher.changed(revision);
    }
  }
}
