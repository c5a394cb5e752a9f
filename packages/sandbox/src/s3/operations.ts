import type { SignedRequest } from '../credentials/signature.js';
import { ApiError } from '../model/api-error.js';
import { element, escapeXml, xmlDeclaration } from '../wire/xml.js';
import type { Listing, S3Bucket, S3Buckets, S3Object } from './buckets.js';

export type S3Action =
  | 'CreateBucket'
  | 'DeleteObject'
  | 'GetObject'
  | 'HeadObject'
  | 'ListObjectsV2'
  | 'PutObject';

/** A request to S3, understood. */
export interface S3Request {
  readonly action: S3Action;
  readonly bucket: string;
  /** Empty for what is about the bucket. */
  readonly key: string;
  readonly query: Readonly<Record<string, string>>;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** An answer of S3, but for its request id. */
export interface S3Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const bucketActions: Readonly<Record<string, S3Action>> = { PUT: 'CreateBucket', GET: 'ListObjectsV2' };
const objectActions: Readonly<Record<string, S3Action>> = {
  DELETE: 'DeleteObject',
  GET: 'GetObject',
  HEAD: 'HeadObject',
  PUT: 'PutObject',
};
/** What the SDK adds to a query by itself. */
const harmless: ReadonlySet<string> = new Set(['x-id']);
const listParameters: ReadonlySet<string> = new Set([
  'list-type',
  'prefix',
  'delimiter',
  'max-keys',
  'continuation-token',
]);

const notImplemented = (what: string): ApiError =>
  new ApiError('NotImplemented', `The sandbox does not answer ${what}.`, 501);

/** Which operation a request is, with the bucket in its path. @throws `NotImplemented` */
export const readS3Request = ({ method, path, query, headers, body }: SignedRequest): S3Request => {
  const [, bucket = '', rest = ''] = /^\/([^/]*)\/?(.*)$/s.exec(path) ?? [];
  const key = decodeURIComponent(rest);
  const action = (key === '' ? bucketActions : objectActions)[method];
  const known = action === 'ListObjectsV2' ? listParameters : harmless;
  const unknown = Object.keys(query).find((name) => !known.has(name) && !harmless.has(name));
  if (bucket === '' || action === undefined || unknown !== undefined) {
    throw notImplemented(`${method} of ${path}${unknown === undefined ? '' : ` with ${unknown}`} on S3`);
  }
  if (action === 'ListObjectsV2' && query['list-type'] !== '2')
    throw notImplemented('ListObjects, the first version');
  return { action, bucket, key, query, headers, body };
};

/** What every operation but `CreateBucket` does with its bucket. */
export const s3Operations: Readonly<
  Record<Exclude<S3Action, 'CreateBucket'>, (bucket: S3Bucket, request: S3Request) => S3Answer>
> = {
  DeleteObject: (bucket, { key }) => {
    bucket.delete(key);
    return { status: 204, headers: {}, body: '' };
  },
  GetObject: (bucket, { key }) => {
    const object = bucket.get(key);
    return { status: 200, headers: objectHeaders(object), body: object.body };
  },
  HeadObject: (bucket, { key }) => ({ status: 200, headers: objectHeaders(bucket.get(key)), body: '' }),
  ListObjectsV2: (bucket, request) => listObjects(bucket, request),
  PutObject: (bucket, { key, body, headers }) => {
    const { etag } = bucket.put(
      {
        key,
        body,
        metadata: metadataOf(headers),
        contentType: headers['content-type'] ?? 'binary/octet-stream',
      },
      { ifNoneMatch: headers['if-none-match'], ifMatch: headers['if-match'] },
    );
    return { status: 200, headers: { etag }, body: '' };
  },
};

/** @throws `BucketAlreadyOwnedByYou`, `BucketAlreadyExists` */
export const createBucket = (
  buckets: S3Buckets,
  name: string,
  accountId: string,
  region: string,
): S3Answer => {
  buckets.create(name, accountId, region);
  return { status: 200, headers: { location: `/${name}` }, body: '' };
};

const metadataPrefix = 'x-amz-meta-';

const metadataOf = (headers: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers)
      .filter(([name]) => name.startsWith(metadataPrefix))
      .map(([name, value]) => [name.slice(metadataPrefix.length), value]),
  );

const objectHeaders = ({
  body,
  contentType,
  etag,
  lastModified,
  metadata,
}: S3Object): Record<string, string> => ({
  ...Object.fromEntries(Object.entries(metadata).map(([name, value]) => [metadataPrefix + name, value])),
  'content-length': String(Buffer.byteLength(body)),
  'content-type': contentType,
  etag,
  'last-modified': lastModified.toUTCString(),
});

const listObjects = (bucket: S3Bucket, { bucket: name, query }: S3Request): S3Answer => {
  const { prefix = '', delimiter = '', 'continuation-token': token = '' } = query;
  const maxKeys = Math.min(1000, Number(query['max-keys'] ?? 1000));
  const after = Buffer.from(token, 'base64url').toString('utf8');
  const listing = bucket.list({ prefix, delimiter, maxKeys, after });
  return {
    status: 200,
    headers: { 'content-type': 'application/xml' },
    body: xmlDeclaration + listingXml(name, prefix, maxKeys, listing),
  };
};

const listingXml = (name: string, prefix: string, maxKeys: number, listing: Listing): string => {
  const { objects, commonPrefixes, continueAfter } = listing;
  const members = [
    element('Name', escapeXml(name)),
    element('Prefix', escapeXml(prefix)),
    element('KeyCount', String(objects.length + commonPrefixes.length)),
    element('MaxKeys', String(maxKeys)),
    element('IsTruncated', String(continueAfter !== undefined)),
    ...(continueAfter === undefined
      ? []
      : [element('NextContinuationToken', Buffer.from(continueAfter).toString('base64url'))]),
    ...objects.map(({ key, etag, lastModified, body }) =>
      element(
        'Contents',
        element('Key', escapeXml(key)) +
          element('LastModified', lastModified.toISOString()) +
          element('ETag', escapeXml(etag)) +
          element('Size', String(Buffer.byteLength(body))) +
          element('StorageClass', 'STANDARD'),
      ),
    ),
    ...commonPrefixes.map((common) => element('CommonPrefixes', element('Prefix', escapeXml(common)))),
  ];
  return `<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${members.join('')}</ListBucketResult>`;
};
