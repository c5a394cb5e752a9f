import { randomBytes } from 'node:crypto';
import { type Sandbox, startSandbox } from '@ami-publisher/sandbox';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetBucketAclCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type PutObjectCommandInput,
  S3Client,
  type S3ClientConfig,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const Bucket = 'state-of-builds';

describe('S3', () => {
  let sandbox: Sandbox;
  let s3: S3Client;
  const clients: S3Client[] = [];

  const connect = (config: S3ClientConfig = {}): S3Client => {
    const client = new S3Client({
      endpoint: sandbox.endpoint,
      region: 'eu-west-1',
      credentials: sandbox.accounts[0]!,
      forcePathStyle: true,
      maxAttempts: 1,
      ...config,
    });
    clients.push(client);
    return client;
  };
  const put = (Key: string, Body: string, more: Partial<PutObjectCommandInput> = {}) =>
    s3.send(new PutObjectCommand({ Bucket, Key, Body: new TextEncoder().encode(Body), ...more }));
  const text = async (Key: string): Promise<string | undefined> =>
    (await s3.send(new GetObjectCommand({ Bucket, Key }))).Body?.transformToString();
  const list = (more: object) => s3.send(new ListObjectsV2Command({ Bucket, ...more }));

  beforeAll(async () => {
    sandbox = await startSandbox({
      accounts: 2,
      regions: ['eu-west-1', 'us-east-1'],
      policies: {
        'ami-publisher': {
          Version: '2012-10-17',
          Statement: [
            { Effect: 'Allow', Action: 's3:GetObject', Resource: `arn:aws:s3:::${Bucket}/allowed/*` },
            { Effect: 'Allow', Action: 'sts:AssumeRole', Resource: '*' },
          ],
        },
      },
    });
    s3 = connect();
    await s3.send(new CreateBucketCommand({ Bucket }));
  });
  afterAll(async () => {
    for (const client of clients) client.destroy();
    await sandbox.close();
  });

  test('[S3-1] An object is read as it was written, whatever its key', async () => {
    for (const key of ['plain', 'a/b/ü + %20?&=.jsonl']) {
      const written = await put(key, '{"ä":1}\n', {
        Metadata: { writer: 'me' },
        ContentType: 'application/json',
      });
      const read = await s3.send(new GetObjectCommand({ Bucket, Key: key }));
      expect(await read.Body?.transformToString()).toBe('{"ä":1}\n');
      const about = { ETag: written.ETag, Metadata: { writer: 'me' }, ContentType: 'application/json' };
      expect(read).toMatchObject(about);
      expect(await s3.send(new HeadObjectCommand({ Bucket, Key: key }))).toMatchObject({
        ...about,
        ContentLength: 9,
      });
      expect(Date.now() - read.LastModified!.getTime()).toBeLessThan(60_000);
    }
  });

  test('[S3-1] A key that does not exist is NoSuchKey, and can be deleted', async () => {
    await expect(text('never')).rejects.toMatchObject({ name: 'NoSuchKey' });
    await put('gone', '');
    for (const _ of [1, 2]) await s3.send(new DeleteObjectCommand({ Bucket, Key: 'gone' }));
    await expect(text('gone')).rejects.toMatchObject({ name: 'NoSuchKey' });
  });

  test('[S3-2] A write on a condition that does not hold is refused and changes nothing', async () => {
    const failed = { name: 'PreconditionFailed', $metadata: { httpStatusCode: 412 } };
    const { ETag } = await put('conditional', 'first', { IfNoneMatch: '*' });
    await expect(put('conditional', 'second', { IfNoneMatch: '*' })).rejects.toMatchObject(failed);
    await expect(put('conditional', 'second', { IfMatch: '"other"' })).rejects.toMatchObject(failed);
    expect(await text('conditional')).toBe('first');
    await put('conditional', 'second', { IfMatch: ETag });
    expect(await text('conditional')).toBe('second');
    await expect(put('absent', 'x', { IfMatch: ETag })).rejects.toMatchObject({ name: 'NoSuchKey' });
  });

  test('[S3-2] Of several conditional writes at once one succeeds', async () => {
    const outcomes = await Promise.allSettled(
      Array.from({ length: 8 }, (_, n) => put('raced', String(n), { IfNoneMatch: '*' })),
    );
    const winners = outcomes.flatMap(({ status }, n) => (status === 'fulfilled' ? String(n) : []));
    expect(winners).toHaveLength(1);
    expect(await text('raced')).toBe(winners[0]);
  });

  test('[S3-3] [S3-6] Objects are listed in byte order, by prefix, folder and page', async () => {
    for (const key of ['l/b/2', 'l/b/1', 'l/a', 'l/c/1', 'l/B', 'm']) await put(key, '');
    const whole = await list({ Prefix: 'l/' });
    expect(whole.Contents?.map(({ Key }) => Key)).toEqual(['l/B', 'l/a', 'l/b/1', 'l/b/2', 'l/c/1']);
    expect(whole.IsTruncated).toBe(false);
    const folders = await list({ Prefix: 'l/', Delimiter: '/' });
    expect(folders.Contents?.map(({ Key }) => Key)).toEqual(['l/B', 'l/a']);
    expect(folders.CommonPrefixes?.map(({ Prefix }) => Prefix)).toEqual(['l/b/', 'l/c/']);
    const first = await list({ Prefix: 'l/', Delimiter: '/', MaxKeys: 3 });
    expect(first).toMatchObject({ KeyCount: 3, IsTruncated: true });
    const ContinuationToken = first.NextContinuationToken;
    const second = await list({ Prefix: 'l/', Delimiter: '/', MaxKeys: 3, ContinuationToken });
    expect(second.CommonPrefixes).toEqual([{ Prefix: 'l/c/' }]);
    expect(second.Contents).toBeUndefined();
  });

  test('[S3-4] Buckets belong to one account and one region', async () => {
    const create = (client: S3Client) => client.send(new CreateBucketCommand({ Bucket }));
    const stranger = connect({ credentials: sandbox.accounts[1]! });
    await expect(create(s3)).rejects.toMatchObject({ name: 'BucketAlreadyOwnedByYou' });
    await expect(create(stranger)).rejects.toMatchObject({ name: 'BucketAlreadyExists' });
    const get = (client: S3Client, bucket = Bucket) =>
      client.send(new GetObjectCommand({ Bucket: bucket, Key: 'plain' }));
    await expect(get(s3, 'no-such-bucket')).rejects.toMatchObject({ name: 'NoSuchBucket' });
    await expect(get(stranger)).rejects.toMatchObject({ name: 'AccessDenied' });
    await expect(get(connect({ region: 'us-east-1' }))).rejects.toMatchObject({ name: 'PermanentRedirect' });
    await put('plain', 'found');
    const followed = await get(connect({ region: 'us-east-1', followRegionRedirects: true }));
    expect(await followed.Body?.transformToString()).toBe('found');
  });

  test('[S3-5] What is not modelled says so', async () => {
    await expect(s3.send(new GetBucketAclCommand({ Bucket }))).rejects.toMatchObject({
      name: 'NotImplemented',
    });
    await expect(put('x', '', { IfNoneMatch: '"etag"' })).rejects.toMatchObject({ name: 'NotImplemented' });
  });

  test('[WIRE-4] An object over 16 MiB is refused', async () => {
    await put('large', 'x'.repeat(2 * 1024 * 1024));
    expect(await text('large')).toHaveLength(2 * 1024 * 1024);
    await expect(put('larger', 'x'.repeat(17 * 1024 * 1024))).rejects.toMatchObject({
      $metadata: { httpStatusCode: 413 },
    });
  });

  const mebibyte = 1024 * 1024;
  const bytesOf = async (Key: string, bucket = Bucket) =>
    Buffer.from(
      (await (await s3.send(new GetObjectCommand({ Bucket: bucket, Key }))).Body?.transformToByteArray()) ??
        [],
    );

  test('[S3-8] An upload in parts is one object when it is completed, byte by byte', async () => {
    sandbox.model.addBucket('sealed', sandbox.accounts[0]!.id, 'eu-west-1', 'arn:aws:kms:key');
    const Body = randomBytes(11 * mebibyte);
    await new Upload({
      client: s3,
      params: { Bucket: 'sealed', Key: 'disk', Body },
      partSize: 5 * mebibyte,
    }).done();
    expect((await bytesOf('disk', 'sealed')).equals(Body)).toBe(true);
    expect(await s3.send(new HeadObjectCommand({ Bucket: 'sealed', Key: 'disk' }))).toMatchObject({
      ContentLength: Body.length,
      ETag: expect.stringMatching(/-3"$/),
      ServerSideEncryption: 'aws:kms',
      SSEKMSKeyId: 'arn:aws:kms:key',
    });
  });

  test('[S3-8] Parts have numbers, a size and a digest; what is aborted is gone', async () => {
    const Key = 'parts';
    const { UploadId } = await s3.send(new CreateMultipartUploadCommand({ Bucket, Key }));
    const send = (PartNumber: number, Body: string, more: object = {}) =>
      s3.send(new UploadPartCommand({ Bucket, Key, UploadId, PartNumber, Body, ...more }));
    const complete = (...Parts: { PartNumber: number; ETag: string | undefined }[]) =>
      s3.send(new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts } }));
    const [one, two] = await Promise.all([send(1, 'a'), send(2, 'b')]);
    await expect(send(0, 'x')).rejects.toMatchObject({ name: 'InvalidArgument' });
    await expect(send(3, 'x', { ChecksumCRC32: 'AAAAAA==' })).rejects.toMatchObject({ name: 'BadDigest' });
    const first = { PartNumber: 1, ETag: one.ETag };
    const second = { PartNumber: 2, ETag: two.ETag };
    await expect(complete(first, second)).rejects.toMatchObject({ name: 'EntityTooSmall' });
    await expect(complete(second, first)).rejects.toMatchObject({ name: 'InvalidPartOrder' });
    await expect(complete({ PartNumber: 1, ETag: '"x"' })).rejects.toMatchObject({ name: 'InvalidPart' });
    await expect(text(Key)).rejects.toMatchObject({ name: 'NoSuchKey' });
    await s3.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId }));
    await expect(complete(first)).rejects.toMatchObject({ name: 'NoSuchUpload' });
  });

  test('[S3-9] A URL that was signed gives its object without a key, for a time', async () => {
    await put('a b/ü.bin', 'linked');
    const sign = (Key: string, expiresIn: number) =>
      getSignedUrl(s3, new GetObjectCommand({ Bucket, Key }), { expiresIn });
    const url = await sign('a b/ü.bin', 60);
    expect(await (await fetch(url)).text()).toBe('linked');
    const forged = [url.replace('Expires=60', 'Expires=600'), url.replace('%C3%BC.bin', 'other')];
    for (const one of forged)
      expect(await (await fetch(one)).text()).toContain('<Code>SignatureDoesNotMatch</Code>');
    const past = await getSignedUrl(s3, new GetObjectCommand({ Bucket, Key: 'x' }), {
      expiresIn: 1,
      signingDate: new Date(Date.now() - 60_000),
    });
    expect(await (await fetch(past)).text()).toContain('Request has expired');
  });

  test('[AUTH-2] Keys and signatures are verified', async () => {
    const { accessKeyId, secretAccessKey } = sandbox.accounts[0]!;
    const listWith = (credentials: NonNullable<S3ClientConfig['credentials']>) =>
      connect({ credentials }).send(new ListObjectsV2Command({ Bucket }));
    await expect(listWith({ accessKeyId: 'AKIAUNKNOWN', secretAccessKey })).rejects.toMatchObject({
      name: 'InvalidAccessKeyId',
    });
    await expect(listWith({ accessKeyId, secretAccessKey: 'wrong' })).rejects.toMatchObject({
      name: 'SignatureDoesNotMatch',
    });
  });

  test('[S3-7] A lost answer leaves the object, and the repetition meets it', async () => {
    sandbox.model.faults.add({ action: 's3:PutObject', count: 1, kind: 'lost-answer' });
    const retrying = connect({ maxAttempts: 3 });
    const request = { Bucket, Key: 'lost', Body: 'ours', IfNoneMatch: '*' };
    await expect(retrying.send(new PutObjectCommand(request))).rejects.toMatchObject({
      name: 'PreconditionFailed',
    });
    expect(await text('lost')).toBe('ours');
    expect(sandbox.model.calls.list({ action: 's3:PutObject' }).slice(-2)).toMatchObject([
      { fault: 'lost-answer' },
      { error: 'PreconditionFailed' },
    ]);
  });

  test('[S3-7] Throttling is SlowDown, and nothing is done', async () => {
    sandbox.model.faults.add({ action: 's3:*', count: 1, kind: 'throttle' });
    await expect(put('slow', '')).rejects.toMatchObject({ name: 'SlowDown' });
    await expect(text('slow')).rejects.toMatchObject({ name: 'NoSuchKey' });
  });

  test('[S3-7] Policies are enforced', async () => {
    const { AssumeRoleCommand, STSClient } = await import('@aws-sdk/client-sts');
    const sts = new STSClient({
      endpoint: sandbox.endpoint,
      region: 'eu-west-1',
      credentials: sandbox.accounts[0]!,
    });
    const { Credentials } = await sts.send(
      new AssumeRoleCommand({ RoleArn: sandbox.accounts[0]!.roleArn, RoleSessionName: 'test' }),
    );
    sts.destroy();
    const session = connect({
      credentials: {
        accessKeyId: Credentials!.AccessKeyId!,
        secretAccessKey: Credentials!.SecretAccessKey!,
        sessionToken: Credentials!.SessionToken!,
      },
    });
    await put('allowed/x', 'seen');
    await put('secret', 'unseen');
    const get = (Key: string) => session.send(new GetObjectCommand({ Bucket, Key }));
    expect(await (await get('allowed/x')).Body?.transformToString()).toBe('seen');
    await expect(get('secret')).rejects.toMatchObject({
      name: 'AccessDenied',
      message: expect.stringContaining(`s3:GetObject on resource: arn:aws:s3:::${Bucket}/secret`),
    });
    await expect(session.send(new ListObjectsV2Command({ Bucket }))).rejects.toMatchObject({
      name: 'AccessDenied',
    });
  });
});
