import type { Clock } from '@ami-publisher/base';
import type { Identity } from '../credentials/identity.js';
import type { Refusal } from '../faults/call-gate.js';
import type { Iam } from '../iam/iam.js';
import { ApiError } from '../model/api-error.js';
import type { Place } from '../model/region-state.js';
import { type S3Bucket, S3Buckets } from './buckets.js';
import type { ObjectStore } from './object-store.js';
import type { S3Answer } from './operation.js';
import { createBucket, s3Operations } from './operations.js';
import type { S3Request } from './request.js';

/** S3 as far as this project needs it: conditional writes, uploads in parts, reads and lists, each seen at once by everybody. */
export class S3Service implements ObjectStore {
  readonly #buckets: S3Buckets;
  readonly #iam: Iam;

  constructor(iam: Iam, clock: Clock) {
    this.#iam = iam;
    this.#buckets = new S3Buckets(clock);
  }

  /** Makes a bucket without a call of anybody. */
  addBucket(name: string, accountId: string, region: string, kmsKey?: string): void {
    this.#buckets.create(name, accountId, region, kmsKey);
  }

  check(place: Place, bucket: string): void {
    this.#find(place, bucket);
  }

  put(place: Place, bucket: string, key: string, body: Buffer): void {
    this.#find(place, bucket).put({ key, body, contentType: 'binary/octet-stream', metadata: {} }, {});
  }

  #find({ accountId, region }: Place, name: string): S3Bucket {
    const bucket = this.#buckets.get(name);
    if (bucket.accountId !== accountId)
      throw new ApiError('AccessDenied', `Access to the bucket ${name} is denied`);
    if (bucket.region !== region) throw new WrongRegion(bucket.region);
    return bucket;
  }

  /** Does what a request asks for. @throws ApiError */
  apply(caller: Identity, region: string, request: S3Request): S3Answer {
    const { action, bucket: name, key } = request;
    this.#iam.checkS3(caller, permissionOf(request), `arn:aws:s3:::${name}${key && `/${key}`}`, region);
    if (action === 'CreateBucket') return createBucket(this.#buckets, name, caller.accountId, region);
    const bucket = this.#buckets.get(name);
    if (bucket.accountId !== caller.accountId) throw accessDenied(caller, action);
    if (bucket.region !== region) throw new WrongRegion(bucket.region);
    return s3Operations[action](bucket, request);
  }
}

/** Some permissions have other names than their actions (service authorization reference, "Amazon S3"). */
const permissionOf = ({ action }: S3Request): string =>
  ({
    CompleteMultipartUpload: 'PutObject',
    CreateMultipartUpload: 'PutObject',
    GetBucketEncryption: 'GetEncryptionConfiguration',
    ListObjectsV2: 'ListBucket',
    HeadObject: 'GetObject',
    UploadPart: 'PutObject',
  })[action as string] ?? action;

/** The bucket is in another region; S3 names it in a header. */
export class WrongRegion extends ApiError {
  constructor(readonly region: string) {
    super(
      'PermanentRedirect',
      'The bucket you are attempting to access must be addressed using the specified endpoint.',
      301,
    );
  }
}

const accessDenied = (caller: Identity, action: string): ApiError =>
  new ApiError('AccessDenied', `User: ${caller.arn} is not authorized to perform: s3:${action}`);

/** The faults that S3 tells in its own words. */
export const s3Refusal = (fault: Refusal, caller: Identity, action: string): ApiError => {
  switch (fault.kind) {
    case 'throttle':
      return new ApiError('SlowDown', 'Please reduce your request rate.', 503);
    case 'deny':
      return accessDenied(caller, action);
    case 'server-error':
      return fault.status === 503
        ? new ApiError('ServiceUnavailable', 'Reduce your request rate.')
        : new ApiError('InternalError', 'We encountered an internal error. Please try again.');
  }
};
