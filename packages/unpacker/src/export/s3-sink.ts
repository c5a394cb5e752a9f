import { Readable } from 'node:stream';
import { AmiPublisherError, isAmiPublisherError } from '@ami-publisher/base';
import type { S3Client } from '@aws-sdk/client-s3';

/** How this unpacker reaches S3; credentials are what the AWS SDK finds, on an instance those of its role. */
export interface S3Options {
  /** Another S3 than AWS's own; the bucket then goes into the path. */
  readonly endpoint?: string | undefined;
  /** @default what the AWS SDK finds, `AWS_REGION` first; a bucket elsewhere is followed to its region */
  readonly region?: string | undefined;
}

export interface S3Upload {
  readonly bucket: string;
  readonly key: string;
  /** What the object will have at most, bytes. */
  readonly atMostBytes: number;
}

const mebibyte = 1024 * 1024;
const leastPartBytes = 8 * mebibyte;
/** S3 takes 10,000 parts. */
const mostParts = 9_000;
const bufferedBytes = 64 * mebibyte;

/**
 * Writes an object by multipart upload, which is aborted if anything goes wrong, so that no parts are left to be paid for.
 *
 * @throws `EXPORT_FAILED`, `TOOL_MISSING` if the AWS SDK is not installed, whatever the chunks throw.
 */
export const uploadToS3 = async (
  chunks: AsyncIterable<Buffer>,
  { bucket, key, atMostBytes }: S3Upload,
  options: S3Options,
): Promise<void> => {
  const { s3, storage } = await loadSdk();
  const client: S3Client = new s3.S3Client({
    maxAttempts: 6,
    followRegionRedirects: true,
    requestHandler: { connectionTimeout: 5_000, socketTimeout: 60_000 },
    ...(options.region !== undefined && { region: options.region }),
    ...(options.endpoint !== undefined && { endpoint: options.endpoint, forcePathStyle: true }),
  });
  const partSize = Math.max(leastPartBytes, Math.ceil(atMostBytes / mostParts));
  const body = Readable.from(chunks, { objectMode: false });
  try {
    await new storage.Upload({
      client,
      params: { Bucket: bucket, Key: key, Body: body, ContentType: 'application/octet-stream' },
      partSize,
      queueSize: Math.max(1, Math.min(4, Math.floor(bufferedBytes / partSize))),
      leavePartsOnError: false,
    }).done();
  } catch (cause) {
    throw isAmiPublisherError(cause) ? cause : uploadFailed(`s3://${bucket}/${key}`, cause);
  } finally {
    body.destroy();
    client.destroy();
  }
};

type Sdk = {
  readonly s3: typeof import('@aws-sdk/client-s3');
  readonly storage: typeof import('@aws-sdk/lib-storage');
};

const loadSdk = async (): Promise<Sdk> => {
  try {
    return { s3: await import('@aws-sdk/client-s3'), storage: await import('@aws-sdk/lib-storage') };
  } catch (cause) {
    throw new AmiPublisherError('TOOL_MISSING', {
      message:
        'exports to S3 need the packages @aws-sdk/client-s3 and @aws-sdk/lib-storage, which are not installed',
      resource: '@aws-sdk/client-s3',
      remedy: 'install them beside @ami-publisher/unpacker',
      cause,
    });
  }
};

const remedies: Readonly<Record<string, string>> = {
  NoSuchBucket: 'create the bucket, or name another',
  AccessDenied: "allow this unpacker's role s3:PutObject and s3:AbortMultipartUpload on the object",
  CredentialsProviderError: 'give the instance a role that may write to the bucket',
};

const uploadFailed = (resource: string, cause: unknown): AmiPublisherError => {
  const { name, message } = cause instanceof Error ? cause : { name: 'error', message: String(cause) };
  const remedy =
    message === 'Region is missing' ? 'set AWS_REGION or --region for this unpacker' : remedies[name];
  return new AmiPublisherError('EXPORT_FAILED', {
    message: `cannot write ${resource}: ${name}: ${message}`,
    resource,
    cause,
    ...(remedy !== undefined && { remedy }),
  });
};
