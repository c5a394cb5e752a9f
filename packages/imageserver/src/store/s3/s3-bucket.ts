import { setMaxListeners } from 'node:events';
import type { CompletedPart, GetObjectCommandOutput, S3Client } from '@aws-sdk/client-s3';
import type { Bucket, ByteRange, StoredContent, StoredKey, Upload, WriteCondition } from './bucket.js';
import { loadS3, type S3Sdk } from './load-s3.js';
import { s3Error, statusOf } from './s3-error.js';

/** Options of `openS3Bucket`. */
export interface S3BucketOptions {
  readonly bucket: string;
  /** Before all keys; empty, or with a slash at its end. */
  readonly prefix: string;
  /** Another S3; the bucket then goes into the path. @default AWS's own */
  readonly endpoint?: string | undefined;
}

/** Keys that one DeleteObjects request takes. */
const removedAtOnce = 1000;
const connectTimeoutMs = 5_000;
/** Without a limit a silent endpoint would hold a call for ever. */
const requestTimeoutMs = 30_000;
const sockets = 128;
/** Conditions that met another write in progress are tried again so often. */
const conflictTries = 10;

/** Opens a bucket. @throws `TOOL_MISSING` if the AWS SDK is not installed. */
export const openS3Bucket = async (options: S3BucketOptions): Promise<S3Bucket> => {
  const sdk = await loadS3();
  const client = new sdk.S3Client({
    maxAttempts: 6,
    followRegionRedirects: true,
    requestHandler: {
      connectionTimeout: connectTimeoutMs,
      requestTimeout: requestTimeoutMs,
      httpAgent: { maxSockets: sockets },
      httpsAgent: { maxSockets: sockets },
    },
    ...(options.endpoint !== undefined && { endpoint: options.endpoint, forcePathStyle: true }),
  });
  return new S3Bucket(sdk, client, options);
};

/** A bucket through the AWS SDK, which adds checksums to what it sends and checks those of what it receives. */
export class S3Bucket implements Bucket {
  readonly location: string;

  constructor(
    readonly sdk: S3Sdk,
    readonly client: S3Client,
    readonly options: S3BucketOptions,
  ) {
    this.location = `s3://${options.bucket}/${options.prefix}`.replace(/\/$/, '');
  }

  async get(key: string, range?: ByteRange, signal?: AbortSignal): Promise<StoredContent | undefined> {
    const command = new this.sdk.GetObjectCommand({ ...this.#place(key), Range: rangeText(range) });
    const output = await this.#orAbsent('GetObject', key, () => this.client.send(command, abortedBy(signal)));
    if (output === undefined) return undefined;
    const body = this.#body(output, key);
    return { size: sizeOf(output), etag: output.ETag ?? '', body };
  }

  async head(key: string, signal?: AbortSignal): Promise<StoredKey | undefined> {
    const command = new this.sdk.HeadObjectCommand(this.#place(key));
    const output = await this.#orAbsent('HeadObject', key, () =>
      this.client.send(command, abortedBy(signal)),
    );
    if (output === undefined) return undefined;
    const storedAtMs = output.LastModified?.getTime() ?? 0;
    return { key, size: output.ContentLength ?? 0, etag: output.ETag ?? '', storedAtMs };
  }

  async put(key: string, body: Uint8Array, when?: WriteCondition): Promise<boolean> {
    const condition = when === 'absent' ? { IfNoneMatch: '*' } : { IfMatch: when?.etag };
    for (let tries = 1; ; tries += 1) {
      const command = new this.sdk.PutObjectCommand({ ...this.#place(key), Body: body, ...condition });
      try {
        await this.client.send(command);
        return true;
      } catch (reason) {
        const status = statusOf(reason);
        if (when !== undefined && (status === 412 || status === 404)) return false;
        if (status !== 409 || tries === conflictTries) throw this.#error(reason, 'PutObject', key);
      }
    }
  }

  async upload(key: string): Promise<Upload> {
    const { UploadId } = await this.#try('CreateMultipartUpload', key, () =>
      this.client.send(new this.sdk.CreateMultipartUploadCommand(this.#place(key))),
    );
    const place = { ...this.#place(key), UploadId };
    const parts: CompletedPart[] = [];
    return {
      write: (part) =>
        this.#try('UploadPart', key, async () => {
          const PartNumber = parts.length + 1;
          const command = new this.sdk.UploadPartCommand({ ...place, PartNumber, Body: part });
          const { ETag, ChecksumCRC32 } = await this.client.send(command);
          parts.push({ PartNumber, ETag, ChecksumCRC32 });
        }),
      complete: () =>
        this.#try('CompleteMultipartUpload', key, async () => {
          const MultipartUpload = { Parts: parts };
          await this.client.send(new this.sdk.CompleteMultipartUploadCommand({ ...place, MultipartUpload }));
        }),
      abort: async () => {
        await this.#orAbsent('AbortMultipartUpload', key, () =>
          this.client.send(new this.sdk.AbortMultipartUploadCommand(place)),
        );
      },
    };
  }

  async *list(prefix: string, signal?: AbortSignal): AsyncGenerator<StoredKey> {
    const { bucket, prefix: own } = this.options;
    let token: string | undefined;
    do {
      const command = new this.sdk.ListObjectsV2Command({
        Bucket: bucket,
        Prefix: own + prefix,
        ContinuationToken: token,
      });
      const page = await this.#try('ListObjectsV2', prefix, () =>
        this.client.send(command, abortedBy(signal)),
      );
      for (const { Key = '', Size = 0, ETag = '', LastModified } of page.Contents ?? []) {
        yield {
          key: Key.slice(own.length),
          size: Size,
          etag: ETag,
          storedAtMs: LastModified?.getTime() ?? 0,
        };
      }
      token = page.NextContinuationToken;
    } while (token !== undefined);
  }

  async remove(keys: readonly string[]): Promise<void> {
    const { bucket, prefix } = this.options;
    for (let at = 0; at < keys.length; at += removedAtOnce) {
      const Objects = keys.slice(at, at + removedAtOnce).map((key) => ({ Key: prefix + key }));
      const command = new this.sdk.DeleteObjectsCommand({
        Bucket: bucket,
        Delete: { Objects, Quiet: true },
      });
      const { Errors = [] } = await this.#try('DeleteObjects', keys[at] ?? '', () =>
        this.client.send(command),
      );
      const [first] = Errors;
      if (first === undefined) continue;
      const reason = Object.assign(new Error(first.Message), { name: first.Code ?? 'Error' });
      throw this.#error(reason, 'DeleteObject', first.Key ?? '');
    }
  }

  close(): void {
    this.client.destroy();
  }

  #place(key: string) {
    return { Bucket: this.options.bucket, Key: this.options.prefix + key };
  }

  async *#body(output: GetObjectCommandOutput, key: string): AsyncGenerator<Uint8Array> {
    try {
      yield* output.Body as unknown as AsyncIterable<Uint8Array>;
    } catch (reason) {
      throw this.#error(reason, 'GetObject', key);
    }
  }

  async #orAbsent<T>(action: string, key: string, call: () => Promise<T>): Promise<T | undefined> {
    try {
      return await call();
    } catch (reason) {
      if (statusOf(reason) === 404 && (reason as Error).name !== 'NoSuchBucket') return undefined;
      throw this.#error(reason, action, key);
    }
  }

  async #try<T>(action: string, key: string, call: () => Promise<T>): Promise<T> {
    try {
      return await call();
    } catch (reason) {
      throw this.#error(reason, action, key);
    }
  }

  #error(reason: unknown, action: string, key: string): unknown {
    return s3Error(reason, action, `${this.location}/${key}`);
  }
}

/** A call reads many objects at once, each of which listens: Node.js would warn of a leak. */
const abortedBy = (signal: AbortSignal | undefined) => {
  if (signal === undefined) return {};
  setMaxListeners(0, signal);
  return { abortSignal: signal };
};

const rangeText = (range: ByteRange | undefined): string | undefined => {
  if (range === undefined) return undefined;
  const last = range.length === undefined ? '' : range.from + range.length - 1;
  return `bytes=${range.from}-${last}`;
};

/** Of the whole content: behind the slash of `bytes 0-99/1234`, or its length where no range was asked for. */
const sizeOf = ({ ContentRange, ContentLength }: GetObjectCommandOutput): number =>
  Number(ContentRange?.split('/')[1] ?? ContentLength);
