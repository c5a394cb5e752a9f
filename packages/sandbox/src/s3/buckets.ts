import { createHash, randomUUID } from 'node:crypto';
import type { Clock } from '@ami-publisher/base';
import { ApiError } from '../model/api-error.js';

/** An object as it is kept. */
export interface S3Object {
  readonly key: string;
  readonly body: Buffer;
  /** With its quotes. */
  readonly etag: string;
  readonly lastModified: Date;
  readonly contentType: string;
  /** Without the prefix `x-amz-meta-`. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** What a writer gives of an object. */
export type NewObject = Pick<S3Object, 'key' | 'body' | 'contentType' | 'metadata'>;

/** An upload in parts that is under way. */
interface Upload extends Omit<NewObject, 'body'> {
  /** By number, from 1. */
  readonly parts: Map<number, { readonly etag: string; readonly body: Buffer }>;
}

/** What a write depends on; both left out: on nothing. */
export interface WriteConditions {
  /** Only `*` is known. */
  readonly ifNoneMatch?: string | undefined;
  readonly ifMatch?: string | undefined;
}

export interface ListRequest {
  readonly prefix: string;
  readonly delimiter: string;
  readonly maxKeys: number;
  /** Everything up to this has been listed already. */
  readonly after: string;
}

export interface Listing {
  readonly objects: readonly S3Object[];
  readonly commonPrefixes: readonly string[];
  /** The last entry, if more are to come. */
  readonly continueAfter: string | undefined;
}

const preconditionFailed = (): ApiError =>
  new ApiError('PreconditionFailed', 'At least one of the pre-conditions you specified did not hold', 412);

/** The error of a key that is not there. */
export const noSuchKey = (): ApiError => new ApiError('NoSuchKey', 'The specified key does not exist.', 404);

const noSuchUpload = (): ApiError =>
  new ApiError('NoSuchUpload', 'The specified multipart upload does not exist.', 404);

/** S3 takes no smaller part but the last. */
const leastPartBytes = 5 * 1024 * 1024;

const etagOf = (body: Buffer): string => `"${createHash('md5').update(body).digest('hex')}"`;

/** One bucket: objects by key, listed in byte order. */
export class S3Bucket {
  readonly #objects = new Map<string, S3Object>();
  readonly #uploads = new Map<string, Upload>();

  constructor(
    readonly accountId: string,
    readonly region: string,
    /** What it encrypts by; undefined for S3's own keys. */
    readonly kmsKey: string | undefined,
    private readonly clock: Clock,
  ) {}

  get(key: string): S3Object {
    const object = this.#objects.get(key);
    if (object === undefined) throw noSuchKey();
    return object;
  }

  put(object: NewObject, conditions: WriteConditions): S3Object {
    this.#check(object.key, conditions);
    return this.#keep(object, etagOf(object.body));
  }

  /** Begins an upload in parts. @returns its id */
  createUpload(object: Omit<NewObject, 'body'>): string {
    const id = randomUUID();
    this.#uploads.set(id, { ...object, parts: new Map() });
    return id;
  }

  /** Takes a part, in place of one of the same number. @returns its ETag. @throws `NoSuchUpload` */
  putPart(key: string, uploadId: string, number: number, body: Buffer): string {
    const etag = etagOf(body);
    this.#upload(key, uploadId).parts.set(number, { etag, body });
    return etag;
  }

  /** Makes the parts one object, in the order of their numbers. @throws `NoSuchUpload`, `InvalidPart`, `InvalidPartOrder`, `EntityTooSmall` */
  completeUpload(
    key: string,
    uploadId: string,
    wanted: readonly { readonly number: number; readonly etag: string }[],
  ): S3Object {
    const { parts, ...object } = this.#upload(key, uploadId);
    const chosen = wanted.map(({ number, etag }, index) => {
      const part = parts.get(number);
      if (part?.etag !== etag)
        throw new ApiError('InvalidPart', 'One or more of the specified parts could not be found.');
      if (index > 0 && number <= (wanted[index - 1]?.number ?? 0))
        throw new ApiError('InvalidPartOrder', 'The list of parts was not in ascending order.');
      return part;
    });
    if (chosen.slice(0, -1).some(({ body }) => body.length < leastPartBytes))
      throw new ApiError(
        'EntityTooSmall',
        'Your proposed upload is smaller than the minimum allowed object size.',
      );
    this.#uploads.delete(uploadId);
    const digests = chosen.map(({ etag }) => Buffer.from(etag.slice(1, -1), 'hex'));
    const etag = `"${createHash('md5').update(Buffer.concat(digests)).digest('hex')}-${chosen.length}"`;
    return this.#keep({ ...object, body: Buffer.concat(chosen.map(({ body }) => body)) }, etag);
  }

  /** Drops an upload with its parts. @throws `NoSuchUpload` */
  abortUpload(key: string, uploadId: string): void {
    this.#upload(key, uploadId);
    this.#uploads.delete(uploadId);
  }

  #upload(key: string, uploadId: string): Upload {
    const upload = this.#uploads.get(uploadId);
    if (upload?.key === key) return upload;
    throw noSuchUpload();
  }

  #keep(object: NewObject, etag: string): S3Object {
    const kept = { ...object, etag, lastModified: new Date(this.clock.now()) };
    this.#objects.set(object.key, kept);
    return kept;
  }

  delete(key: string): void {
    this.#objects.delete(key);
  }

  list({ prefix, delimiter, maxKeys, after }: ListRequest): Listing {
    const entries = new Map<string, S3Object | undefined>();
    for (const [key, object] of this.#objects) {
      if (!key.startsWith(prefix)) continue;
      const end = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
      if (end < 0) entries.set(key, object);
      else entries.set(key.slice(0, end + delimiter.length), undefined);
    }
    const rest = [...entries]
      .sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
      .filter(([name]) => Buffer.compare(Buffer.from(name), Buffer.from(after)) > 0);
    const page = rest.slice(0, maxKeys);
    return {
      objects: page.flatMap(([, object]) => object ?? []),
      commonPrefixes: page.flatMap(([name, object]) => (object === undefined ? name : [])),
      continueAfter: rest.length > page.length ? page.at(-1)?.[0] : undefined,
    };
  }

  #check(key: string, { ifNoneMatch, ifMatch }: WriteConditions): void {
    const present = this.#objects.get(key);
    if (ifNoneMatch !== undefined && ifNoneMatch !== '*') {
      throw new ApiError(
        'NotImplemented',
        'A header you provided implies functionality that is not implemented',
        501,
      );
    }
    if (ifNoneMatch === '*' && present !== undefined) throw preconditionFailed();
    if (ifMatch === undefined) return;
    if (present === undefined) throw noSuchKey();
    if (present.etag !== ifMatch) throw preconditionFailed();
  }
}

/** All buckets; their names are unique over all accounts. */
export class S3Buckets {
  readonly #buckets = new Map<string, S3Bucket>();

  constructor(private readonly clock: Clock) {}

  /** @throws `BucketAlreadyOwnedByYou`, `BucketAlreadyExists` */
  create(name: string, accountId: string, region: string, kmsKey?: string): void {
    const present = this.#buckets.get(name);
    if (present?.accountId === accountId) {
      throw new ApiError('BucketAlreadyOwnedByYou', 'You already own this bucket.', 409);
    }
    if (present !== undefined) throw new ApiError('BucketAlreadyExists', 'The bucket name is taken.', 409);
    this.#buckets.set(name, new S3Bucket(accountId, region, kmsKey, this.clock));
  }

  /** @throws `NoSuchBucket` */
  get(name: string): S3Bucket {
    const bucket = this.#buckets.get(name);
    if (bucket !== undefined) return bucket;
    throw new ApiError('NoSuchBucket', 'The specified bucket does not exist', 404);
  }
}
