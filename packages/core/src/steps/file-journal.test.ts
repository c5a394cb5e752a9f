import {
  appendFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FileJournalStore } from './file-journal.js';
import type { JournalRecord } from './journal.js';

let directory: string;
let store: FileJournalStore;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'journal-'));
  store = new FileJournalStore(join(directory, 'publications'));
});
afterEach(() => rmSync(directory, { recursive: true }));

const record = (n: number): JournalRecord => ({
  type: 'finished',
  at: '2026-11-22T00:00:00Z',
  target: `t${n}`,
  status: 'published',
});
const file = (id: string) => join(directory, 'publications', `${id}.jsonl`);

const written = async (id: string, ...records: JournalRecord[]) => {
  const journal = await store.create(id);
  await Promise.all(records.map((one) => journal.append(one)));
  await journal.close();
};

describe('a journal file', () => {
  it('can be read by its owner only', async () => {
    await written('pub-1', record(1));
    expect(statSync(file('pub-1')).mode & 0o777).toBe(0o600);
  });

  it('ignores a torn last line and writes the next one after the whole ones', async () => {
    await written('pub-1', record(1));
    appendFileSync(file('pub-1'), '{"type":"fini');
    expect(await store.read('pub-1')).toEqual([record(1)]);
    const journal = await store.open('pub-1');
    await journal.append(record(2));
    await journal.close();
    expect(await store.read('pub-1')).toEqual([record(1), record(2)]);
  });

  it('is refused when another line is damaged, with its place', async () => {
    await written('pub-1', record(1));
    writeFileSync(file('pub-1'), `garbage\n${readFileSync(file('pub-1'), 'utf8')}`);
    await expect(store.open('pub-1')).rejects.toMatchObject({
      code: 'JOURNAL_DAMAGED',
      resource: `${file('pub-1')}:1`,
    });
  });

  it('is held by one process at a time', async () => {
    const journal = await store.create('pub-1');
    await expect(store.open('pub-1')).rejects.toMatchObject({
      code: 'PUBLICATION_LOCKED',
      message: expect.stringContaining(`process ${process.pid}`),
    });
    await journal.close();
    await (await store.open('pub-1')).close();
  });

  it('is taken over from a process that is dead', async () => {
    await written('pub-1', record(1));
    const { hostname } = await import('node:os');
    // No process has this id: it is above the largest that Linux gives.
    writeFileSync(`${file('pub-1')}.lock`, JSON.stringify({ pid: 2 ** 22 + 1, host: hostname() }));
    await (await store.open('pub-1')).close();
    expect(readdirSync(join(directory, 'publications'))).toEqual(['pub-1.jsonl']);
  });

  it('is never taken over from another machine', async () => {
    await written('pub-1', record(1));
    writeFileSync(`${file('pub-1')}.lock`, JSON.stringify({ pid: 1, host: 'elsewhere' }));
    await expect(store.open('pub-1')).rejects.toMatchObject({
      code: 'PUBLICATION_LOCKED',
      message: /on elsewhere/,
    });
  });
});
