import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Sandbox, startSandbox } from '@ami-publisher/sandbox';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { FileJournalStore } from '../src/steps/file-journal.js';
import { openJournalStore } from '../src/steps/journal-location.js';
import { MemoryJournalStore } from '../src/steps/memory-journal.js';
import { describeJournalStore, record } from './support/journal-contract.js';

let directory: string;
let sandbox: Sandbox;
let stores = 0;
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'ami-publisher-journals-'));
  sandbox = await startSandbox({ regions: ['eu-west-1', 'us-east-1'] });
  const [account] = sandbox.accounts;
  sandbox.model.addBucket('state-of-builds', account?.id ?? '', 'us-east-1');
  for (const [name, value] of Object.entries(sandbox.environment)) vi.stubEnv(name, value);
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await sandbox.close();
  rmSync(directory, { recursive: true });
});

/** An empty one, in a bucket that is not in the region of its profile. */
const newS3Store = (bucket = 'state-of-builds', parameters = 'profile=development') => {
  stores += 1;
  const { endpoint } = sandbox;
  return openJournalStore(`s3://${bucket}/journals/${stores}?${parameters}`, { endpoint });
};

describeJournalStore('memory', async () => new MemoryJournalStore());
describeJournalStore('files', async () => new FileJournalStore(mkdtempSync(join(directory, 'files-'))));
describeJournalStore('S3', async () => newS3Store());

describe('a journal in S3', () => {
  it('survives lost answers, throttling and faults of S3', async () => {
    const store = newS3Store();
    for (const [nth, kind] of [
      [2, 'lost-answer'],
      [4, 'server-error'],
      [5, 'throttle'],
      [7, 'lost-answer'],
      [9, 'reset'],
    ] as const) {
      sandbox.model.faults.add({ action: 's3:PutObject', nth, count: 1, kind });
    }
    const journal = await store.create('pub-1');
    for (let n = 0; n < 8; n++) await journal.append(record(n));
    await journal.close();
    expect(sandbox.model.faults.list().map(({ hits }) => hits)).toEqual([1, 1, 1, 1, 1]);
    sandbox.model.faults.clear();
    expect(await store.read('pub-1')).toEqual(Array.from({ length: 8 }, (_, n) => record(n)));
  });

  it.each([
    [
      'of a bucket that does not exist',
      'no-such-bucket',
      'profile=development',
      'AWS_REJECTED',
      'create the bucket',
    ],
    [
      'of a profile that does not exist',
      'state-of-builds',
      'profile=nobody&region=us-east-1',
      'CREDENTIALS_MISSING',
      'AWS_PROFILE',
    ],
    ['without a region', 'state-of-builds', 'profile=nobody', 'INVALID_OPTION', 'AWS_REGION'],
  ])('%s says what to do', async (_what, bucket, parameters, code, remedy) => {
    const store = newS3Store(bucket, parameters);
    await expect(store.create('pub-1')).rejects.toMatchObject({
      code,
      message: expect.stringContaining(remedy),
    });
  });

  it('lists more journals than one answer of S3 holds', async () => {
    const store = newS3Store();
    const { accountId, arn, userId } = { accountId: sandbox.accounts[0]!.id, arn: 'arn', userId: 'id' };
    const caller = { accountId, arn, userId, isSession: false };
    const ids = Array.from({ length: 1_003 }, (_, n) => `pub-${String(n).padStart(4, '0')}`);
    for (const id of ids) {
      const key = `journals/${stores}/${id}/000001.jsonl`;
      const write = {
        action: 'PutObject',
        bucket: 'state-of-builds',
        key,
        query: {},
        headers: {},
        body: Buffer.alloc(0),
      } as const;
      await sandbox.model.s3(caller, 'us-east-1', write);
    }
    expect(await store.list()).toEqual(ids.toReversed());
  });
});
