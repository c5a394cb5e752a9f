import { type Clock, invalidOption, systemClock } from '@ami-publisher/base';
import { FileJournalStore } from './file-journal.js';
import type { JournalStore } from './journal.js';
import { S3Bucket } from './s3-bucket.js';
import { S3JournalStore } from './s3-journal.js';

export interface JournalLocationOptions {
  /** Another S3, such as the sandbox. @default AWS's own */
  readonly endpoint?: string | undefined;
  readonly clock?: Clock | undefined;
}

/** A store that can tell whether it could keep a journal. */
export interface WritableJournalStore extends JournalStore {
  /** @throws {Error} as writing a journal would. */
  checkWritable(): Promise<void>;
}

/**
 * Where journals are kept, from the text that names it; touches nothing yet.
 *
 * @example
 * openJournalStore('/var/lib/ami-publisher');
 * openJournalStore('s3://state-of-builds/publications?region=eu-west-1&profile=builds');
 * @param location a folder, or `s3://BUCKET/PREFIX`, which takes `region` and `profile` as parameters.
 * @throws `INVALID_OPTION`
 */
export const openJournalStore = (
  location: string,
  options: JournalLocationOptions = {},
): WritableJournalStore => {
  if (!/^[a-z0-9+.-]+:\/\//i.test(location)) return new FileJournalStore(location);
  const { clock = systemClock, endpoint } = options;
  const { bucket, prefix, region, profile } = parseS3Location(location);
  return new S3JournalStore({
    bucket: new S3Bucket({ bucket, region, profile, endpoint, clock }),
    prefix,
    clock,
  });
};

const parameters = ['region', 'profile'];

const parseS3Location = (location: string) => {
  const refuse = (): never => {
    throw invalidOption('journal', 'a folder or s3://BUCKET/PREFIX[?region=NAME&profile=NAME]', location);
  };
  // Bucket names: Amazon S3 user guide, "General purpose bucket naming rules".
  const match = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/([^?#]*))?(?:\?([^#]*))?$/.exec(location);
  const [, bucket = refuse(), path = '', query = ''] = match ?? [];
  const given = new URLSearchParams(query);
  if ([...given.keys()].some((name) => !parameters.includes(name))) refuse();
  return {
    bucket,
    prefix: path === '' || path.endsWith('/') ? path : `${path}/`,
    region: given.get('region') ?? undefined,
    profile: given.get('profile') ?? undefined,
  };
};
