import { AmiPublisherError, type Clock } from '@ami-publisher/base';
import type { GetObjectCommandOutput, ListObjectsV2CommandOutput, S3Client } from '@aws-sdk/client-s3';
import { awsCode, fromAwsError } from '../cloud/aws-error.js';
import { loadClient } from '../cloud/optional-client.js';
import type { ObjectBucket, ObjectToWrite, StoredObject } from './object-bucket.js';

export interface S3BucketOptions {
  readonly bucket: string;
  /** @default what the AWS SDK finds: `AWS_REGION`, then the profile's; a bucket elsewhere is followed to its region */
  readonly region?: string | undefined;
  /** AWS profile with the credentials. @default what the AWS SDK finds: `AWS_PROFILE`, keys in variables, the machine's role */
  readonly profile?: string | undefined;
  /** Another S3, such as the sandbox; the bucket then goes into the path. @default AWS's own */
  readonly endpoint?: string | undefined;
  readonly clock: Clock;
}

type Sdk = typeof import('@aws-sdk/client-s3');

interface Connected {
  readonly sdk: Sdk;
  readonly client: S3Client;
}

/** Of the tries of a conditional write that met another one in progress. */
const conflictRetries = 5;
const conflictPauseMs = 200;
/** A segment is small; without a limit a silent endpoint would hang the publication for ever. */
const requestTimeoutMs = 20_000;

/** An S3 bucket through the AWS SDK, which is loaded when the bucket is first used. */
export class S3Bucket implements ObjectBucket {
  readonly name: string;
  readonly #options: S3BucketOptions;
  #connected: Promise<Connected> | undefined;

  constructor(options: S3BucketOptions) {
    this.#options = options;
    this.name = `s3://${options.bucket}`;
  }

  async get(key: string): Promise<StoredObject | undefined> {
    return this.#send('GetObject', key, async ({ sdk, client }) => {
      let output: GetObjectCommandOutput;
      const answered = { at: this.#options.clock.now() };
      const command = new sdk.GetObjectCommand({ Bucket: this.#options.bucket, Key: key });
      noteDate(command, answered);
      try {
        output = await client.send(command);
      } catch (reason) {
        if (reason instanceof Error && awsCode(reason) === 'NoSuchKey') return undefined;
        throw reason;
      }
      return {
        body: (await output.Body?.transformToByteArray()) ?? new Uint8Array(),
        etag: output.ETag ?? '',
        writer: output.Metadata?.writer ?? '',
        ageMs: Math.max(0, answered.at - (output.LastModified?.getTime() ?? 0)),
      };
    });
  }

  async put({ key, body, writer, when }: ObjectToWrite): Promise<string | undefined> {
    return this.#send('PutObject', key, async ({ sdk, client }) => {
      for (let left = conflictRetries; ; left--) {
        const command = new sdk.PutObjectCommand({
          Bucket: this.#options.bucket,
          Key: key,
          // Bytes, since the SDK takes an empty text for a stream and warns.
          Body: new TextEncoder().encode(body),
          ContentType: 'application/json',
          Metadata: { writer },
          ...(when === 'absent' ? { IfNoneMatch: '*' } : { IfMatch: when.etag }),
        });
        try {
          return (await client.send(command)).ETag;
        } catch (reason) {
          const code = reason instanceof Error ? awsCode(reason) : '';
          // `NoSuchKey`: the object whose ETag was named is gone.
          if (code === 'PreconditionFailed' || code === 'NoSuchKey') return undefined;
          if (code !== 'ConditionalRequestConflict' || left === 0) throw reason;
          await this.#options.clock.sleep(conflictPauseMs);
        }
      }
    });
  }

  async keys(prefix: string): Promise<string[]> {
    const pages = await this.#pages(prefix);
    return pages.flatMap(({ Contents = [] }) => Contents.flatMap(({ Key }) => Key ?? []));
  }

  async folders(prefix: string): Promise<string[]> {
    const pages = await this.#pages(prefix, '/');
    return pages
      .flatMap(({ CommonPrefixes = [] }) => CommonPrefixes.flatMap(({ Prefix }) => Prefix ?? []))
      .map((folder) => folder.slice(prefix.length, -1));
  }

  async #pages(prefix: string, delimiter?: string): Promise<ListObjectsV2CommandOutput[]> {
    return this.#send('ListObjectsV2', prefix, async ({ sdk, client }) => {
      const pages: ListObjectsV2CommandOutput[] = [];
      let token: string | undefined;
      do {
        const input = { Bucket: this.#options.bucket, Prefix: prefix, Delimiter: delimiter };
        const command = new sdk.ListObjectsV2Command({ ...input, ContinuationToken: token });
        const page = await client.send(command);
        pages.push(page);
        token = page.NextContinuationToken;
      } while (token !== undefined);
      return pages;
    });
  }

  async #send<T>(action: string, key: string, call: (connected: Connected) => Promise<T>): Promise<T> {
    this.#connected ??= this.#connect();
    const connected = await this.#connected;
    try {
      return await call(connected);
    } catch (reason) {
      throw toError(reason, `s3:${action}`, `${this.name}/${key}`, this.name);
    }
  }

  async #connect(): Promise<Connected> {
    const { region, profile, endpoint } = this.#options;
    const sdk = await loadClient({
      name: '@aws-sdk/client-s3',
      neededBy: 'a journal in S3',
      otherwise: 'keep journals in files',
      load: () => import('@aws-sdk/client-s3'),
    });
    const client = new sdk.S3Client({
      maxAttempts: 6,
      followRegionRedirects: true,
      requestHandler: {
        connectionTimeout: 5_000,
        requestTimeout: requestTimeoutMs,
        throwOnRequestTimeout: true,
      },
      ...(region !== undefined && { region }),
      ...(profile !== undefined && { profile }),
      ...(endpoint !== undefined && { endpoint, forcePathStyle: true }),
    });
    return { sdk, client };
  }
}

interface DatedCommand {
  readonly middlewareStack: InstanceType<Sdk['GetObjectCommand']>['middlewareStack'];
}

/** Has a command write down when S3 says that it answered, so that the age of an object does not hang on this machine's clock. */
const noteDate = (command: DatedCommand, answered: { at: number }): void => {
  command.middlewareStack.add(
    (next) => async (input) => {
      const result = await next(input);
      const { headers = {} } = result.response as { readonly headers?: Readonly<Record<string, string>> };
      const at = Date.parse(headers.date ?? '');
      if (!Number.isNaN(at)) answered.at = at;
      return result;
    },
    { step: 'deserialize', priority: 'low', name: 'noteDate' },
  );
};

const remedies: Readonly<Record<string, string>> = {
  NoSuchBucket: 'create the bucket, or name another with --journal',
  CredentialsProviderError:
    'log in, set AWS_PROFILE, or name the profile of the bucket: --journal s3://BUCKET/PREFIX?profile=NAME',
  AccessDenied: 'allow s3:GetObject and s3:PutObject on its objects and s3:ListBucket on the bucket',
};

const toError = (reason: unknown, call: string, resource: string, bucket: string): AmiPublisherError => {
  if (reason instanceof Error && reason.message === 'Region is missing')
    return noRegion(bucket, call, reason);
  const error = fromAwsError(reason, { call, resource });
  const remedy = reason instanceof Error ? remedies[awsCode(reason)] : undefined;
  if (remedy === undefined) return error;
  return new AmiPublisherError(error.code, {
    message: error.summary,
    call,
    resource: bucket,
    remedy,
    cause: reason,
  });
};

const noRegion = (bucket: string, call: string, cause: unknown): AmiPublisherError =>
  new AmiPublisherError('INVALID_OPTION', {
    message: `the region to reach ${bucket} by is not known`,
    call,
    resource: bucket,
    remedy: 'set AWS_REGION, or name it: --journal s3://BUCKET/PREFIX?region=NAME',
    cause,
  });
