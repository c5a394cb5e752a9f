import type { Place } from '../model/region-state.js';

/** S3 as other services of AWS write to it, for an account in a region. */
export interface ObjectStore {
  /** @throws `NoSuchBucket`, `AccessDenied`, or the error of a bucket of another region */
  check(place: Place, bucket: string): void;
  /** @throws as `check` does */
  put(place: Place, bucket: string, key: string, body: Buffer): void;
}
