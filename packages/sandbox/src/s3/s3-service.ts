import type { Clock } from '@ami-publisher/base';
import type { Identity } from '../credentials/identity.js';
import type { Refusal } from '../faults/call-gate.js';
import type { Iam } from '../iam/iam.js';
import { ApiError } from '../model/api-error.js';
import { S3Buckets } from './buckets.js';
import { createBucket, type S3Answer, type S3Request, s3Operations } from './operations.js';

/** S3 as far as journals need it: conditional writes, reads and lists, each seen at once by everybody. */
export class S3Service {
  readonly #buckets: S3Buckets;
  readonly #iam: Iam;

  constructor(iam: Iam, clock: Clock) {
    this.#iam = iam;
    this.#buckets = new S3Buckets(clock);
  }

  /** Makes a bucket without a call of anybody. */
  addBucket(name: string, accountId: string, region: string): void {
    this.#buckets.create(name, accountId, region);
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
  ({ ListObjectsV2: 'ListBucket', HeadObject: 'GetObject' })[action as string] ?? action;

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
