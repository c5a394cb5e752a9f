import { type Sandbox, startSandbox } from '@ami-publisher/sandbox';
import { CreateStoreImageTaskCommand, DescribeStoreImageTasksCommand } from '@aws-sdk/client-ec2';
import { GetBucketEncryptionCommand, GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { destroyClients, ec2Client, eventually, expectCode, serviceClientOptions } from './support/aws.js';

const place = { account: '111111111111', region: 'us-east-1' };

describe('Storing images in S3', () => {
  destroyClients();
  let sandbox: Sandbox;
  let ec2: ReturnType<typeof ec2Client>;
  let s3: S3Client;

  beforeAll(async () => {
    sandbox = await startSandbox({ regions: 2, latency: { storeImageMs: 1_500 } });
    ec2 = ec2Client(sandbox);
    s3 = new S3Client({ ...serviceClientOptions(sandbox), forcePathStyle: true });
    sandbox.model.addBucket(
      'backups',
      place.account,
      place.region,
      'arn:aws:kms:us-east-1:111111111111:key/1',
    );
    sandbox.model.addBucket('plain', place.account, place.region);
    sandbox.model.addBucket('elsewhere', place.account, sandbox.regions[1]!);
  });
  afterAll(async () => {
    s3.destroy();
    await sandbox.close();
  });

  const store = (ImageId: string, Bucket: string) =>
    ec2.send(
      new CreateStoreImageTaskCommand({ ImageId, Bucket, S3ObjectTags: [{ Key: 'commit', Value: 'abc' }] }),
    );
  const ended = (id: string) =>
    eventually(async () => {
      const { StoreImageTaskResults } = await ec2.send(
        new DescribeStoreImageTasksCommand({ ImageIds: [id] }),
      );
      const task = StoreImageTaskResults?.[0];
      return task?.StoreTaskState === 'InProgress' ? undefined : task;
    });

  test('[STORE-1] An image is stored as one object, once the task is completed', async () => {
    const id = sandbox.model.addImage({ ...place, name: 'stored' });
    const { ObjectKey } = await store(id, 'backups');
    await expectCode(store(id, 'backups'), 'IncorrectState');
    await expectCode(s3.send(new GetObjectCommand({ Bucket: 'backups', Key: ObjectKey })), 'NoSuchKey');
    expect(await ended(id)).toMatchObject({
      AmiId: id,
      StoreTaskState: 'Completed',
      ProgressPercentage: 100,
    });
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: 'backups', Key: ObjectKey }));
    expect(JSON.parse((await Body?.transformToString()) ?? '')).toMatchObject({
      imageId: id,
      tags: { commit: 'abc' },
    });
  });

  test('[STORE-2] A task says why it failed; buckets have to be there, in the region', async () => {
    const id = sandbox.model.addImage({ ...place, name: 'broken', snapshotId: 'snap-0123456789abcdef0' });
    await store(id, 'backups');
    expect(await ended(id)).toMatchObject({
      StoreTaskState: 'Failed',
      StoreTaskFailureReason: expect.stringMatching('snap-'),
    });
    await expectCode(store(id, 'none'), 'NoSuchBucket');
    await expectCode(store(id, 'elsewhere'), 'PermanentRedirect');
  });

  test('[STORE-3] A bucket tells what it encrypts by', async () => {
    const rules = async (Bucket: string) => {
      const answer = await s3.send(new GetBucketEncryptionCommand({ Bucket }));
      return answer.ServerSideEncryptionConfiguration?.Rules?.map(
        (rule) => rule.ApplyServerSideEncryptionByDefault,
      );
    };
    expect(await rules('plain')).toEqual([{ SSEAlgorithm: 'AES256' }]);
    const KMSMasterKeyID = 'arn:aws:kms:us-east-1:111111111111:key/1';
    expect(await rules('backups')).toEqual([{ SSEAlgorithm: 'aws:kms', KMSMasterKeyID }]);
  });
});
