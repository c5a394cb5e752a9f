import type { SignedRequest } from '../credentials/signature.js';
import { ApiError } from '../model/api-error.js';

export type S3Action =
  | 'AbortMultipartUpload'
  | 'CompleteMultipartUpload'
  | 'CreateBucket'
  | 'CreateMultipartUpload'
  | 'DeleteObject'
  | 'GetBucketEncryption'
  | 'GetObject'
  | 'HeadObject'
  | 'ListObjectsV2'
  | 'PutObject'
  | 'UploadPart';

/** A request to S3, understood. */
export interface S3Request {
  readonly action: S3Action;
  readonly bucket: string;
  /** Empty for what is about the bucket. */
  readonly key: string;
  readonly query: Readonly<Record<string, string>>;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** How an operation is asked for. */
interface Form {
  readonly method: 'DELETE' | 'GET' | 'HEAD' | 'POST' | 'PUT';
  readonly of: 'bucket' | 'object';
  /** Parameters of the query by which it is told from others of its method. */
  readonly needs: readonly string[];
  readonly takes?: readonly string[];
}

/** Those with more parameters come first: the first that fits is meant. */
const forms: Readonly<Record<S3Action, Form>> = {
  UploadPart: { method: 'PUT', of: 'object', needs: ['partNumber', 'uploadId'] },
  AbortMultipartUpload: { method: 'DELETE', of: 'object', needs: ['uploadId'] },
  CompleteMultipartUpload: { method: 'POST', of: 'object', needs: ['uploadId'] },
  CreateMultipartUpload: { method: 'POST', of: 'object', needs: ['uploads'] },
  GetBucketEncryption: { method: 'GET', of: 'bucket', needs: ['encryption'] },
  ListObjectsV2: {
    method: 'GET',
    of: 'bucket',
    needs: ['list-type'],
    takes: ['prefix', 'delimiter', 'max-keys', 'continuation-token'],
  },
  CreateBucket: { method: 'PUT', of: 'bucket', needs: [] },
  DeleteObject: { method: 'DELETE', of: 'object', needs: [] },
  GetObject: { method: 'GET', of: 'object', needs: [] },
  HeadObject: { method: 'HEAD', of: 'object', needs: [] },
  PutObject: { method: 'PUT', of: 'object', needs: [] },
};

const notImplemented = (what: string): ApiError =>
  new ApiError('NotImplemented', `The sandbox does not answer ${what}.`, 501);

/** What the SDK adds to a query by itself. */
const isHarmless = (name: string): boolean => name === 'x-id' || /^x-amz-/i.test(name);

/** Which operation a request is, with the bucket in its path. @throws `NotImplemented` */
export const readS3Request = ({ method, path, query, headers, body }: SignedRequest): S3Request => {
  const [, bucket = '', rest = ''] = /^\/([^/]*)\/?(.*)$/s.exec(path) ?? [];
  const key = decodeURIComponent(rest);
  const of = key === '' ? 'bucket' : 'object';
  const found = (Object.entries(forms) as [S3Action, Form][]).find(
    ([, form]) =>
      form.method === method && form.of === of && form.needs.every((name) => Object.hasOwn(query, name)),
  );
  const known = [...(found?.[1].needs ?? []), ...(found?.[1].takes ?? [])];
  const unknown = Object.keys(query).find((name) => !known.includes(name) && !isHarmless(name));
  if (bucket === '' || found === undefined || unknown !== undefined)
    throw notImplemented(`${method} of ${path}${unknown === undefined ? '' : ` with ${unknown}`} on S3`);
  if (query['list-type'] !== undefined && query['list-type'] !== '2')
    throw notImplemented('ListObjects, the first version');
  if (headers['content-encoding']?.includes('aws-chunked') === true)
    throw notImplemented('bodies in chunks with trailers');
  return { action: found[0], bucket, key, query, headers, body };
};
