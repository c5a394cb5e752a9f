import { createHash } from 'node:crypto';
import type { Clock } from '@ami-publisher/base';
import { ApiError } from '../model/api-error.js';

/** An object as it is kept; its body is text. */
export interface S3Object {
  readonly key: string;
  readonly body: string;
  /** With its quotes. */
  readonly etag: string;
  readonly lastModified: Date;
  readonly contentType: string;
  /** Without the prefix `x-amz-meta-`. */
  readonly metadata: Readonly<Record<string, string>>;
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

/** One bucket: objects by key, listed in byte order. */
export class S3Bucket {
  readonly #objects = new Map<string, S3Object>();

  constructor(
    readonly accountId: string,
    readonly region: string,
    private readonly clock: Clock,
  ) {}

  get(key: string): S3Object {
    const object = this.#objects.get(key);
    if (object === undefined) throw noSuchKey();
    return object;
  }

  put(
    object: Pick<S3Object, 'key' | 'body' | 'contentType' | 'metadata'>,
    conditions: WriteConditions,
  ): S3Object {
    this.#check(object.key, conditions);
    const etag = `"${createHash('md5').update(object.body).digest('hex')}"`;
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
  create(name: string, accountId: string, region: string): void {
    const present = this.#buckets.get(name);
    if (present?.accountId === accountId) {
      throw new ApiError('BucketAlreadyOwnedByYou', 'You already own this bucket.', 409);
    }
    if (present !== undefined) throw new ApiError('BucketAlreadyExists', 'The bucket name is taken.', 409);
    this.#buckets.set(name, new S3Bucket(accountId, region, this.clock));
  }

  /** @throws `NoSuchBucket` */
  get(name: string): S3Bucket {
    const bucket = this.#buckets.get(name);
    if (bucket !== undefined) return bucket;
    throw new ApiError('NoSuchBucket', 'The specified bucket does not exist', 404);
  }
}
