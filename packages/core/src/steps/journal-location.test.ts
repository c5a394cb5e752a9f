import { describe, expect, it } from 'vitest';
import { FileJournalStore } from './file-journal.js';
import { openJournalStore } from './journal-location.js';
import { S3JournalStore } from './s3-journal.js';

describe('where journals are', () => {
  it.each(['/var/lib/journals', './journals', 'C:journals', 'journals'])('is the folder %s', (location) => {
    expect(openJournalStore(location)).toEqual(new FileJournalStore(location));
  });

  it.each(['s3://state-of-builds', 's3://a.b.c/x/y', 's3://abc/x/?region=eu-west-1&profile=ops'])(
    'is the bucket %s',
    (location) => {
      expect(openJournalStore(location)).toBeInstanceOf(S3JournalStore);
    },
  );

  it.each(['s3://', 's3://Upper/x', 's3://abc/x?colour=red', 'gs://abc/x', 'https://abc/x', 's3://abc/x#y'])(
    'cannot be %s',
    (location) => {
      expect(() => openJournalStore(location)).toThrow(/`journal`.*s3:\/\/BUCKET\/PREFIX/);
    },
  );
});
