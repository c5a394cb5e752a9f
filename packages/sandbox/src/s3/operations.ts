import { element, escapeXml, xmlDeclaration } from '../wire/xml.js';
import type { Listing, S3Bucket, S3Buckets, S3Object } from './buckets.js';
import { requireChecksum } from './checksum.js';
import { multipartOperations } from './multipart.js';
import {
  encryptionHeaders,
  headOf,
  metadataPrefix,
  type S3Answer,
  type S3Operation,
  xmlType,
} from './operation.js';
import type { S3Action, S3Request } from './request.js';

/** What every operation but `CreateBucket` does with its bucket. */
export const s3Operations: Readonly<Record<Exclude<S3Action, 'CreateBucket'>, S3Operation>> = {
  ...multipartOperations,
  DeleteObject: (bucket, { key }) => {
    bucket.delete(key);
    return { status: 204, headers: {}, body: '' };
  },
  GetBucketEncryption: ({ kmsKey }) => {
    const algorithm = element('SSEAlgorithm', kmsKey === undefined ? 'AES256' : 'aws:kms');
    const key = kmsKey === undefined ? '' : element('KMSMasterKeyID', escapeXml(kmsKey));
    const rule = element('Rule', element('ApplyServerSideEncryptionByDefault', algorithm + key));
    return {
      status: 200,
      headers: xmlType,
      body: xmlDeclaration + element('ServerSideEncryptionConfiguration', rule),
    };
  },
  GetObject: (bucket, { key }) => {
    const object = bucket.get(key);
    return { status: 200, headers: objectHeaders(bucket, object), body: object.body };
  },
  HeadObject: (bucket, { key }) => ({
    status: 200,
    headers: objectHeaders(bucket, bucket.get(key)),
    body: '',
  }),
  ListObjectsV2: (bucket, request) => listObjects(bucket, request),
  PutObject: (bucket, request) => {
    const { body, headers } = request;
    requireChecksum(headers, body);
    const conditions = { ifNoneMatch: headers['if-none-match'], ifMatch: headers['if-match'] };
    const { etag } = bucket.put({ ...headOf(request), body }, conditions);
    return { status: 200, headers: { etag, ...encryptionHeaders(bucket) }, body: '' };
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

const objectHeaders = (
  bucket: S3Bucket,
  { body, contentType, etag, lastModified, metadata }: S3Object,
): Record<string, string> => ({
  ...encryptionHeaders(bucket),
  ...Object.fromEntries(Object.entries(metadata).map(([name, value]) => [metadataPrefix + name, value])),
  'content-length': String(body.length),
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
    headers: xmlType,
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
          element('Size', String(body.length)) +
          element('StorageClass', 'STANDARD'),
      ),
    ),
    ...commonPrefixes.map((common) => element('CommonPrefixes', element('Prefix', escapeXml(common)))),
  ];
  return `<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${members.join('')}</ListBucketResult>`;
};
