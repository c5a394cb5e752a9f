import { VirtualClock } from '@ami-publisher/base';
import { beforeEach, describe, expect, it } from 'vitest';
import { MemoryBucket } from '../../test/support/memory-bucket.js';
import type { Journal, JournalRecord } from './journal.js';
import { S3JournalStore } from './s3-journal.js';

let clock: VirtualClock;
let bucket: MemoryBucket;
let store: S3JournalStore;
beforeEach(() => {
  clock = new VirtualClock();
  bucket = new MemoryBucket(clock);
  store = new S3JournalStore({ bucket, prefix: 'state/', clock });
});

const record = (n: number): JournalRecord => ({
  type: 'finished',
  at: '2026-11-22T00:00:00Z',
  target: `t${n}`,
  status: 'published',
});

const created = async (...records: JournalRecord[]): Promise<Journal> => {
  const journal = await store.create('pub-1');
  for (const one of records) await journal.append(one);
  return journal;
};

/** Makes the process that holds the journal one that has lost its network: nothing it writes gets through any more. */
const silence = (): void =>
  bucket.beforePut(() => {
    throw new Error('no network');
  });
const hear = (): void => bucket.beforePut(() => {});

const refusal = { code: 'PUBLICATION_LOCKED', retryable: false };

describe('a journal in a bucket', () => {
  it('is one object per write, and records that come meanwhile share the next', async () => {
    const journal = await store.create('pub-1');
    await Promise.all([1, 2, 3].map((n) => journal.append(record(n))));
    expect(await bucket.keys('state/pub-1/0')).toEqual([
      'state/pub-1/000001.jsonl',
      'state/pub-1/000002.jsonl',
      'state/pub-1/000003.jsonl',
    ]);
    expect(await store.read('pub-1')).toEqual([1, 2, 3].map(record));
    await journal.close();
  });

  it('knows its own segment when the answer to writing it was lost', async () => {
    bucket.loseAnswers(() => true);
    const journal = await created(record(1), record(2));
    await journal.close();
    expect(await store.read('pub-1')).toEqual([record(1), record(2)]);
    await (await store.open('pub-1')).close();
  });

  it('is refused when a segment is missing, with its name', async () => {
    await (await created(record(1), record(2))).close();
    bucket.remove('state/pub-1/000002.jsonl');
    await expect(store.read('pub-1')).rejects.toMatchObject({
      code: 'JOURNAL_DAMAGED',
      resource: 's3://memory/state/pub-1/000002.jsonl',
    });
  });

  it.each([
    ['is not JSON', 'garbage\n', ':1'],
    ['ends in the middle of a line', '{"type":', ''],
  ])('is refused when a segment %s', async (what, body, line) => {
    await (await created(record(1))).close();
    bucket.overwrite('state/pub-1/000002.jsonl', body);
    await expect(store.open('pub-1')).rejects.toMatchObject({
      code: 'JOURNAL_DAMAGED',
      message: expect.stringContaining(what),
      resource: `s3://memory/state/pub-1/000002.jsonl${line}`,
    });
  });
});

describe('the hold on a journal in a bucket', () => {
  it('is kept by renewing, for as long as its holder lives', async () => {
    const journal = await created(record(1));
    await clock.advance(10 * 60_000);
    await expect(store.open('pub-1')).rejects.toMatchObject({
      ...refusal,
      message: expect.stringMatching(new RegExp(`process ${process.pid} on .+, heard of \\d+ s ago`)),
    });
    await journal.close();
  });

  it('is free at once when it was let go of', async () => {
    await (await created(record(1))).close();
    const journal = await store.open('pub-1');
    expect(journal.records).toEqual([record(1)]);
    await journal.close();
  });

  it('of a dead process is taken over a minute after it was last heard of', async () => {
    await created(record(1));
    silence();
    await clock.advance(59_000);
    await expect(store.open('pub-1')).rejects.toMatchObject(refusal);
    await clock.advance(2_000);
    hear();
    const journal = await store.open('pub-1');
    expect(journal.records).toEqual([record(1)]);
    await journal.close();
  });

  it('survives lost answers while it is renewed', async () => {
    const journal = await created(record(1));
    bucket.loseAnswers(({ key }) => key.endsWith('/lock'));
    await clock.advance(5 * 60_000);
    await journal.append(record(2));
    await journal.close();
    expect(await store.read('pub-1')).toEqual([record(1), record(2)]);
  });

  it('goes to one of two that want the journal of a dead process', async () => {
    await created(record(1));
    silence();
    await clock.advance(61_000);
    hear();
    const outcomes = await Promise.allSettled([store.open('pub-1'), store.open('pub-1')]);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(outcomes.find(({ status }) => status === 'rejected')).toMatchObject({ reason: refusal });
  });
});

describe('a process that was taken for dead', () => {
  const takenOver = async () => {
    const old = await created(record(1));
    silence();
    await clock.advance(61_000);
    hear();
    return { old, successor: await store.open('pub-1') };
  };

  it('cannot write another record', async () => {
    const { old, successor } = await takenOver();
    await expect(old.append(record(2))).rejects.toMatchObject(refusal);
    await expect(old.append(record(3))).rejects.toMatchObject(refusal);
    await successor.append(record(4));
    expect(await store.read('pub-1')).toEqual([record(1), record(4)]);
  });

  it('learns of its successor when it renews', async () => {
    const { old, successor } = await takenOver();
    await clock.advance(3_000);
    const before = bucket.written.length;
    await expect(old.append(record(2))).rejects.toMatchObject({
      ...refusal,
      message: expect.stringContaining('pub-1 is being worked on by process'),
    });
    expect(bucket.written).toHaveLength(before);
    await successor.close();
  });

  it('does not take the hold of its successor with it when it ends', async () => {
    const { old, successor } = await takenOver();
    await expect(old.append(record(2))).rejects.toMatchObject(refusal);
    await old.close();
    await expect(store.open('pub-1')).rejects.toMatchObject(refusal);
    await successor.close();
  });

  it('whose last record lands late, before the take-over is complete, has it read', async () => {
    const old = await created(record(1));
    let land = () => {};
    bucket.beforePut(({ key }) =>
      key.endsWith('/lock') ? new Promise(() => {}) : new Promise((resolve) => (land = resolve)),
    );
    const late = old.append(record(2));
    await clock.advance(61_000);
    const landing: Promise<void>[] = [];
    bucket.beforePut(async ({ body }) => {
      if (body !== '' || landing.length > 0) return;
      // The successor is about to write its mark under the number that the late record has.
      landing.push(late);
      land();
      await late;
    });
    const successor = await store.open('pub-1');
    expect(landing).toHaveLength(1);
    expect(successor.records).toEqual([record(1), record(2)]);
    await expect(old.append(record(3))).rejects.toMatchObject(refusal);
    await successor.close();
  });
});

describe('a journal that cannot be written', () => {
  it('takes nothing more, since what the failed write left is not known', async () => {
    const journal = await created(record(1));
    bucket.beforePut(({ key }) => {
      if (!key.endsWith('/lock')) throw new Error('no network');
    });
    await expect(journal.append(record(2))).rejects.toThrow('no network');
    hear();
    await expect(journal.append(record(3))).rejects.toThrow('no network');
    await journal.close();
    expect(await store.read('pub-1')).toEqual([record(1)]);
  });
});
