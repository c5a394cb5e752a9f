import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '@ami-publisher/base';
import { afterAll, describe, expect, it } from 'vitest';
import { MemoryBucket } from '../../test/support/memory-bucket.js';
import { FileJournalStore } from './file-journal.js';
import { S3JournalStore } from './s3-journal.js';

const directory = mkdtempSync(join(tmpdir(), 'journal-'));
afterAll(() => rmSync(directory, { recursive: true }));

describe('whether journals could be written', () => {
  it('makes no folder where it would be made', async () => {
    const folder = join(directory, 'state', 'publications');
    await expect(new FileJournalStore(folder).checkWritable()).resolves.toBeUndefined();
    expect(existsSync(join(directory, 'state'))).toBe(false);
  });

  it('is refused below a file', async () => {
    const file = join(directory, 'file');
    writeFileSync(file, '');
    await expect(new FileJournalStore(join(file, 'publications')).checkWritable()).rejects.toMatchObject({
      code: 'FILE_SYSTEM_FAILED',
      message: expect.stringMatching(/file is no folder; .*--journal/),
    });
  });

  it('is found out in a bucket by one object, which is no publication', async () => {
    const bucket = new MemoryBucket(systemClock);
    const store = new S3JournalStore({ bucket, prefix: 'x/', clock: systemClock });
    await store.checkWritable();
    await store.checkWritable();
    expect(bucket.written).toEqual(['x/doctor', 'x/doctor']);
    expect(await store.list()).toEqual([]);
  });
});
