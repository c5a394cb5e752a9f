import { ApiError } from '../model/api-error.js';
import { element, escapeXml, xmlDeclaration } from '../wire/xml.js';
import type { S3Bucket } from './buckets.js';
import { requireChecksum } from './checksum.js';
import { encryptionHeaders, headOf, type S3Operation, xmlType } from './operation.js';
import type { S3Request } from './request.js';

const mostParts = 10_000;

const partNumber = ({ query }: S3Request): number => {
  const number = Number(query.partNumber);
  if (Number.isInteger(number) && number >= 1 && number <= mostParts) return number;
  throw new ApiError('InvalidArgument', `Part number must be an integer between 1 and ${mostParts}`);
};

/** The parts that a completion lists. */
const listedParts = ({ body }: S3Request) =>
  [...body.toString('utf8').matchAll(/<Part>(.*?)<\/Part>/gs)].map(([, part = '']) => ({
    number: Number(/<PartNumber>(\d+)<\/PartNumber>/.exec(part)?.[1]),
    etag: (/<ETag>(.*?)<\/ETag>/.exec(part)?.[1] ?? '').replaceAll('&quot;', '"'),
  }));

const uploadId = ({ query }: S3Request): string => query.uploadId ?? '';

const completed = (bucket: S3Bucket, request: S3Request): string => {
  const { etag } = bucket.completeUpload(request.key, uploadId(request), listedParts(request));
  return (
    element('Bucket', escapeXml(request.bucket)) +
    element('Key', escapeXml(request.key)) +
    element('ETag', escapeXml(etag))
  );
};

/** Uploads in parts: nothing is to be seen of one before it is completed. */
export const multipartOperations = {
  AbortMultipartUpload: (bucket, request) => {
    bucket.abortUpload(request.key, uploadId(request));
    return { status: 204, headers: {}, body: '' };
  },
  CompleteMultipartUpload: (bucket, request) => ({
    status: 200,
    headers: { ...xmlType, ...encryptionHeaders(bucket) },
    body: xmlDeclaration + element('CompleteMultipartUploadResult', completed(bucket, request)),
  }),
  CreateMultipartUpload: (bucket, request) => {
    const id = bucket.createUpload(headOf(request));
    const members =
      element('Bucket', escapeXml(request.bucket)) +
      element('Key', escapeXml(request.key)) +
      element('UploadId', id);
    return {
      status: 200,
      headers: { ...xmlType, ...encryptionHeaders(bucket) },
      body: xmlDeclaration + element('InitiateMultipartUploadResult', members),
    };
  },
  UploadPart: (bucket, request) => {
    requireChecksum(request.headers, request.body);
    const etag = bucket.putPart(request.key, uploadId(request), partNumber(request), request.body);
    return { status: 200, headers: { etag, ...encryptionHeaders(bucket) }, body: '' };
  },
} satisfies Readonly<Record<string, S3Operation>>;
