import { silentLogger, VirtualClock } from '@ami-publisher/base';
import { describe, expect, it } from 'vitest';
import { ChangeFeed, type Revisions } from './change-feed.js';

/** A feed over revisions that the test sets, on a clock that the test moves. */
const setUp = (mostWatchers = 10) => {
  const clock = new VirtualClock(0);
  const stored = new Map([
    ['a', '1'],
    ['b', '1'],
  ]);
  const asked: string[] = [];
  const faults: unknown[] = [];
  const revisions: Revisions = {
    of: async (ids) => {
      asked.push(ids.join());
      if (stored.has('broken')) throw new Error('no database');
      return stored;
    },
    ofAll: async () => {
      asked.push('all');
      return [...stored.values()].join('-');
    },
  };
  const logger = { ...silentLogger, error: (...entry: unknown[]) => faults.push(entry) };
  const feed = new ChangeFeed({ revisions, clock, logger, everyMs: 1_000, mostWatchers });
  const watch = (lifecycleId: string | undefined, seen: string) => {
    const told: string[] = [];
    const watcher = {
      ...{ lifecycleId, seen },
      changed: (revision: string) => told.push(revision),
      ended: () => told.push('ended'),
    };
    feed.watch(watcher);
    return { told, stop: () => feed.unwatch(watcher) };
  };
  return { clock, stored, asked, faults, feed, watch };
};

describe('a feed of changes', () => {
  it('tells each watcher of what it has not seen, once, and of a lifecycle that is gone', async () => {
    const { clock, stored, feed, watch } = setUp();
    const [fresh, stale, all] = [watch('a', '1'), watch('b', '0'), watch(undefined, '1-1')];
    await clock.advance(1_000);
    expect([fresh.told, stale.told, all.told]).toEqual([[], ['1'], []]);
    stored.delete('a');
    await clock.advance(2_000);
    expect([fresh.told, stale.told, all.told]).toEqual([['gone'], ['1'], ['1']]);
    await feed.close();
    expect(fresh.told).toEqual(['gone', 'ended']);
  });

  it('asks once for all who watch, and not at all for nobody', async () => {
    const { clock, asked, feed, watch } = setUp();
    const watchers = [watch('a', '1'), watch('a', '1'), watch('b', '1')];
    await clock.advance(1_000);
    // The first look is at once, for the first of them.
    expect(asked).toEqual(['a', 'a,b']);
    for (const { stop } of watchers) stop();
    await clock.advance(60_000);
    expect(asked).toHaveLength(2);
    watch(undefined, '');
    await clock.advance(0);
    expect(asked.slice(2)).toEqual(['', 'all']);
    await feed.close();
  });

  it('goes on when the database has not answered', async () => {
    const { clock, stored, faults, feed, watch } = setUp();
    const { told } = watch('a', '0');
    stored.set('broken', '');
    await clock.advance(1_000);
    expect([faults.length > 0, told]).toEqual([true, ['1']]);
    stored.delete('broken');
    stored.set('a', '2');
    await clock.advance(1_000);
    expect(told).toEqual(['1', '2']);
    await feed.close();
  });

  it('takes so many watchers, and none once it is closed', async () => {
    const { feed, watch } = setUp(1);
    const { stop } = watch('a', '1');
    const full = expect.objectContaining({ code: 'TOO_MANY_REQUESTS' });
    expect(() => watch('a', '1')).toThrow(full);
    stop();
    watch('a', '1');
    await feed.close();
    expect(() => watch('a', '1')).toThrow(full);
  });
});
