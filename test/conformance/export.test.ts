import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LeaseRefMessage, UnpackerRpcClient } from '@ami-publisher/protocol';
import {
  CreateBucketCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestImageServer } from '../../packages/unpacker/test/fixture/image-server.js';
import { RawHost, rawBytes } from '../../packages/unpacker/test/fixture/raw-host.js';
import { follow, leaseOn, stream, succeed, volumeId } from '../../packages/unpacker/test/fixture/unpacker.js';
import { type Moto, startMoto } from '../support/moto.js';

const region = 'us-east-1';
const Bucket = 'exported-images';
const images = new TestImageServer();
const host = new RawHost();
let moto: Moto;
let s3: S3Client;
let client: UnpackerRpcClient;
let lease: LeaseRefMessage;

beforeAll(async () => {
  process.env.AWS_ACCESS_KEY_ID = 'AKIDEXAMPLE';
  process.env.AWS_SECRET_ACCESS_KEY = 'secret';
  moto = await startMoto();
  s3 = new S3Client({ endpoint: moto.endpoint, region, forcePathStyle: true });
  await s3.send(new CreateBucketCommand({ Bucket }));
  await images.start();
  const root = host.path('tree');
  mkdirSync(root);
  writeFileSync(join(root, 'file'), 'content');
  const { manifestDigest } = await images.add(stream, '1', root);
  client = await host.startRaw({ imageServer: images.address, s3: { endpoint: moto.endpoint, region } });
  lease = await leaseOn(client);
  host.attach();
  await client.addDevice({ deviceId: volumeId, lease });
  await succeed(client.unpackImage({ lease, operationId: 'u1', leaf: '1', manifestDigest }));
});
afterAll(async () => {
  delete process.env.AWS_ACCESS_KEY_ID;
  delete process.env.AWS_SECRET_ACCESS_KEY;
  await host.dispose();
  await images.stop();
  s3.destroy();
  await moto.close();
});

const start = (format: string, destination: string, operationId: string) =>
  client.exportImage({ lease, operationId, format, destination });
const uploads = async () => (await s3.send(new ListMultipartUploadsCommand({ Bucket }))).Uploads?.length ?? 0;

describe('an export to S3', () => {
  it('[U58] is the bytes of the volume, by multipart upload', async () => {
    const { exported } = await succeed(start('raw', `s3://${Bucket}/debian/1.raw`, 'e1'));
    expect(exported).toMatchObject({ destination: `s3://${Bucket}/debian/1.raw`, bytes: String(rawBytes) });
    const { Body, ETag } = await s3.send(new GetObjectCommand({ Bucket, Key: 'debian/1.raw' }));
    expect(Buffer.from((await Body?.transformToByteArray()) ?? []).equals(host.raw())).toBe(true);
    expect(ETag).toMatch(/-3"$/);
    expect(await uploads()).toBe(0);
  });

  it('may be small enough for one request', async () => {
    await succeed(start('raw-zstd', `s3://${Bucket}/1.zst`, 'e2'));
    const { ETag } = await s3.send(new HeadObjectCommand({ Bucket, Key: '1.zst' }));
    expect(ETag).toMatch(/^"[0-9a-f]{32}"$/);
  });

  it('leaves no parts when it is cancelled or fails', async () => {
    const running = follow(start('raw', `s3://${Bucket}/2.raw`, 'e3'));
    await expect.poll(uploads, { interval: 5 }).toBe(1);
    await client.cancelOperation({ operationId: 'e3', lease });
    expect((await running).error).toMatchObject({ code: 'CANCELLED' });
    expect(await uploads()).toBe(0);
    const { Contents } = await s3.send(new ListObjectsV2Command({ Bucket, Prefix: '2.raw' }));
    expect(Contents).toBeUndefined();
  });

  it('says that there is no such bucket', async () => {
    expect((await follow(start('raw', 's3://no-such-bucket/1.raw', 'e4'))).error).toMatchObject({
      code: 'EXPORT_FAILED',
      message: expect.stringContaining('NoSuchBucket'),
      remedy: 'create the bucket, or name another',
    });
  });
});
