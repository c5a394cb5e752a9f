import type { NewObject, S3Bucket } from './buckets.js';
import type { S3Request } from './request.js';

/** An answer of S3, but for its request id. */
export interface S3Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
}

/** What an operation does with its bucket. */
export type S3Operation = (bucket: S3Bucket, request: S3Request) => S3Answer;

export const xmlType = { 'content-type': 'application/xml' } as const;

/** Metadata goes into headers of this prefix. */
export const metadataPrefix = 'x-amz-meta-';

/** What a request says of the object that it writes, beside its body. */
export const headOf = ({ key, headers }: S3Request): Omit<NewObject, 'body'> => ({
  key,
  contentType: headers['content-type'] ?? 'binary/octet-stream',
  metadata: Object.fromEntries(
    Object.entries(headers)
      .filter(([name]) => name.startsWith(metadataPrefix))
      .map(([name, value]) => [name.slice(metadataPrefix.length), value]),
  ),
});

/** What S3 says of how an object is encrypted: as its bucket does by default. */
export const encryptionHeaders = ({ kmsKey }: S3Bucket): Readonly<Record<string, string>> =>
  kmsKey === undefined
    ? { 'x-amz-server-side-encryption': 'AES256' }
    : {
        'x-amz-server-side-encryption': 'aws:kms',
        'x-amz-server-side-encryption-aws-kms-key-id': kmsKey,
      };
