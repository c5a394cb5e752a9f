import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Clock, invalidOption, type Logger } from '@ami-publisher/base';
import type { Store } from '../store.js';
import type { Bucket } from './bucket.js';
import { KnownObjects } from './known-objects.js';
import { openS3Bucket } from './s3-bucket.js';
import { S3Claims } from './s3-claims.js';
import { S3Images } from './s3-images.js';
import { S3Objects } from './s3-objects.js';

/** What a store in a bucket works with. */
export interface BucketStoreOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  /** A directory for what is in the making. */
  readonly temporary: string;
}

const storeLocation = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*))?$/;

/** Splits `s3://BUCKET/PREFIX`. @throws `INVALID_OPTION`. */
const parseLocation = (store: string): { readonly bucket: string; readonly prefix: string } => {
  const [, bucket, path = ''] = storeLocation.exec(store) ?? [];
  if (bucket === undefined) throw invalidOption('--store', 'of the form s3://BUCKET/PREFIX', store);
  const prefix = path
    .split('/')
    .filter((component) => component !== '')
    .join('/');
  return { bucket, prefix: prefix === '' ? '' : `${prefix}/` };
};

/** A store in a bucket, however that is reached. */
export const bucketStore = (bucket: Bucket, { clock, logger, temporary }: BucketStoreOptions): Store => {
  const images = new S3Images(bucket);
  return {
    location: bucket.location,
    temporary,
    images,
    objects: new S3Objects(bucket, new KnownObjects(images, logger)),
    claims: new S3Claims(bucket, clock),
    close: async () => {},
  };
};

/**
 * Opens a store in a bucket of S3, which several servers may share. Credentials, region and endpoint are those that the AWS SDK finds.
 *
 * @throws `INVALID_OPTION` for a malformed location or a bucket that is not there; `TOOL_MISSING` if the AWS SDK is not installed;
 * `ACCESS_DENIED`, `CREDENTIALS_MISSING`.
 */
export const openS3Store = async (
  location: string,
  options: Omit<BucketStoreOptions, 'temporary'>,
): Promise<Store> => {
  const endpoint = process.env.AWS_ENDPOINT_URL_S3 ?? process.env.AWS_ENDPOINT_URL;
  const bucket = await openS3Bucket({ ...parseLocation(location), endpoint });
  const temporary = await mkdtemp(join(tmpdir(), 'ami-publisher-imageserver-'));
  const close = async () => {
    bucket.close();
    await rm(temporary, { recursive: true, force: true });
  };
  try {
    const store = bucketStore(bucket, { ...options, temporary });
    // Whether it can be read shows at the start, and not at the first call.
    await store.images.manifests();
    return { ...store, close };
  } catch (reason) {
    await close();
    throw reason;
  }
};
