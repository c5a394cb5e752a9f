import { describe, expect, it } from 'vitest';
import type { JournalRecord, JournalStore } from '../../src/steps/journal.js';

export const record = (n: number): JournalRecord => ({
  type: 'finished',
  at: '2026-11-22T00:00:00Z',
  target: `tärget ${n}`,
  status: 'published',
});

/** What every store of journals keeps to; each test opens an empty one. */
export const describeJournalStore = (name: string, open: () => Promise<JournalStore>): void => {
  const written = async (store: JournalStore, id: string, ...records: JournalRecord[]): Promise<void> => {
    const journal = await store.create(id);
    await Promise.all(records.map((one) => journal.append(one)));
    await journal.close();
  };

  describe(`journals in ${name}`, () => {
    it('give back what was written, in order', async () => {
      const store = await open();
      const records = Array.from({ length: 50 }, (_, n) => record(n));
      await written(store, 'pub-1', ...records);
      expect(await store.read('pub-1')).toEqual(records);
    });

    it('take a record that comes at the very moment another has been written', async () => {
      const store = await open();
      const journal = await store.create('pub-1');
      const chain = async (from: number) => {
        for (let n = from; n < from + 20; n++) await journal.append(record(n));
      };
      await Promise.all([chain(0), chain(100), chain(200)]);
      await journal.close();
      expect(await store.read('pub-1')).toHaveLength(60);
    });

    it('are continued where they ended, as often as they are opened', async () => {
      const store = await open();
      await written(store, 'pub-1', record(1));
      for (const n of [2, 3]) {
        const journal = await store.open('pub-1');
        expect(journal.records).toHaveLength(n - 1);
        await journal.append(record(n));
        expect(journal.records).toHaveLength(n);
        await journal.close();
      }
      expect(await store.read('pub-1')).toEqual([1, 2, 3].map(record));
    });

    it('can be read while they are held, up to the last durable record', async () => {
      const store = await open();
      const journal = await store.create('pub-1');
      await journal.append(record(1));
      expect(await store.read('pub-1')).toEqual([record(1)]);
      await journal.close();
    });

    it('are held by one at a time', async () => {
      const store = await open();
      const journal = await store.create('pub-1');
      await journal.append(record(1));
      await expect(store.open('pub-1')).rejects.toMatchObject({
        code: 'PUBLICATION_LOCKED',
        retryable: false,
      });
      await journal.close();
      await (await store.open('pub-1')).close();
    });

    it('are made once', async () => {
      const store = await open();
      await written(store, 'pub-1', record(1));
      await expect(store.create('pub-1')).rejects.toMatchObject({ code: 'PUBLICATION_LOCKED' });
      expect(await store.read('pub-1')).toEqual([record(1)]);
      await (await store.open('pub-1')).close();
    });

    it('that there are none of are not found, whatever their id', async () => {
      const store = await open();
      for (const id of ['pub-none', '../../etc/passwd', '', 'a b', '.hidden']) {
        await expect(store.read(id), id).rejects.toMatchObject({ code: 'PUBLICATION_NOT_FOUND' });
        await expect(store.open(id), id).rejects.toMatchObject({ code: 'PUBLICATION_NOT_FOUND' });
      }
      expect(await store.list()).toEqual([]);
    });

    it('are listed, the newest first', async () => {
      const store = await open();
      for (const n of [2, 1, 3]) await written(store, `pub-${n}`, record(n));
      expect(await store.list()).toEqual(['pub-3', 'pub-2', 'pub-1']);
    });
  });
};
