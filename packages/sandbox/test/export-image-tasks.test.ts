import { type Sandbox, startSandbox } from '@ami-publisher/sandbox';
import {
  CancelExportTaskCommand,
  DescribeExportImageTasksCommand,
  ExportImageCommand,
} from '@aws-sdk/client-ec2';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { destroyClients, ec2Client, eventually, expectCode, serviceClientOptions } from './support/aws.js';

const place = { account: '111111111111', region: 'us-east-1' };

describe('Exporting images to S3', () => {
  destroyClients();
  let sandbox: Sandbox;
  let ec2: ReturnType<typeof ec2Client>;
  let s3: S3Client;

  beforeAll(async () => {
    sandbox = await startSandbox({ latency: { exportImageMs: 500 } });
    ec2 = ec2Client(sandbox);
    s3 = new S3Client({ ...serviceClientOptions(sandbox), forcePathStyle: true });
    sandbox.model.addBucket('exports', place.account, place.region);
  });
  afterAll(async () => {
    s3.destroy();
    await sandbox.close();
  });

  const start = (ImageId: string, ClientToken?: string, S3Bucket = 'exports') =>
    ec2.send(
      new ExportImageCommand({
        ...{ ImageId, ClientToken, DiskImageFormat: 'VMDK' },
        S3ExportLocation: { S3Bucket, S3Prefix: 'qa/' },
      }),
    );
  const ended = (id = '') =>
    eventually(async () => {
      const { ExportImageTasks } = await ec2.send(
        new DescribeExportImageTasksCommand({ ExportImageTaskIds: [id] }),
      );
      const task = ExportImageTasks?.[0];
      return task?.Status === 'active' ? undefined : task;
    });

  test('[EXPORT-1] An image is exported once for each token, and not if it is encrypted', async () => {
    const id = sandbox.model.addImage({ ...place, name: 'plain' });
    const { ExportImageTaskId } = await start(id, 'token');
    expect(await start(id, 'token')).toMatchObject({ ExportImageTaskId, Status: 'active' });
    expect(await ended(ExportImageTaskId)).toMatchObject({
      ImageId: id,
      Status: 'completed',
      Progress: '100',
    });
    const Key = `qa/${ExportImageTaskId}.vmdk`;
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: 'exports', Key }));
    expect(JSON.parse((await Body?.transformToString()) ?? '')).toMatchObject({ imageId: id });
    const encrypted = sandbox.model.addImage({ ...place, name: 'encrypted', kmsKey: 'key' });
    await expectCode(start(encrypted), 'UnsupportedOperation');
    await expectCode(start(id, undefined, 'none'), 'NoSuchBucket');
  });

  test('[EXPORT-2] A task that failed is deleted, and says why', async () => {
    const id = sandbox.model.addImage({ ...place, name: 'broken', snapshotId: 'snap-0123456789abcdef0' });
    const { ExportImageTaskId } = await start(id);
    expect(await ended(ExportImageTaskId)).toMatchObject({
      Status: 'deleted',
      StatusMessage: expect.stringMatching('snap-'),
    });
    await expectCode(ended('export-ami-00000000000000000'), 'InvalidConversionTaskId');
  });

  test('[EXPORT-3] A task is cancelled while it is active, and leaves no object', async () => {
    const id = sandbox.model.addImage({ ...place, name: 'cancelled' });
    const { ExportTaskId, cancel } = await start(id).then(({ ExportImageTaskId }) => ({
      ExportTaskId: ExportImageTaskId ?? '',
      cancel: () => ec2.send(new CancelExportTaskCommand({ ExportTaskId: ExportImageTaskId })),
    }));
    await cancel();
    expect(await ended(ExportTaskId)).toMatchObject({ Status: 'deleted', StatusMessage: 'cancelled' });
    await expectCode(cancel(), 'IncorrectState');
    const Key = `qa/${ExportTaskId}.vmdk`;
    await expectCode(s3.send(new GetObjectCommand({ Bucket: 'exports', Key })), 'NoSuchKey');
  });
});
