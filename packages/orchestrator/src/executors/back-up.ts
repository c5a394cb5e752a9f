import { AmiPublisherError } from '@ami-publisher/base';
import { formatTarget, type Target } from '@ami-publisher/core';
import type { StoreImageTaskResult } from '@aws-sdk/client-ec2';
import { askUntil } from '../aws/retried.js';
import { requireKmsBucket } from './bucket-encryption.js';
import type { ExecutorServices } from './services.js';

export interface BackUpOptions {
  readonly target: Target;
  readonly imageId: string;
  readonly bucket: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

const everyMs = 30_000;
const timeoutMs = 3 * 60 * 60_000;

/**
 * Stores an AMI in a bucket that encrypts by a KMS key. EC2 decrypts what it stores, so another bucket would keep encrypted disks in the clear.
 * A task that is there already is waited for, so that an AMI is stored once; one that has failed is begun anew.
 *
 * @returns key of the object
 * @throws `RESOURCE_FAILED` with EC2's reason, or for a bucket that encrypts by no KMS key; `TIMED_OUT`
 */
export const backUp = async (services: ExecutorServices, options: BackUpOptions): Promise<string> => {
  const { imageId, bucket, tags, target, signal } = options;
  await requireKmsBucket(services, target, bucket, signal);
  const ec2 = await services.cloud.ec2(target);
  const before = await taskOf(services, options);
  if (before === undefined || before.StoreTaskState === 'Failed') {
    const S3ObjectTags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
    await ec2.createStoreImageTask({ ImageId: imageId, Bucket: bucket, S3ObjectTags }, { signal });
  }
  const tooLong = () =>
    new AmiPublisherError('TIMED_OUT', {
      message: `${imageId} in ${formatTarget(target)} was not stored in ${bucket} within ${timeoutMs / 60_000} minutes`,
      resource: imageId,
    });
  const { clock } = services;
  const task = await askUntil({ clock, signal, everyMs, timeoutMs, tooLong }, async () => {
    const now = await taskOf(services, options);
    if (now?.StoreTaskState === 'Failed') throw failed(options, now);
    return now?.StoreTaskState === 'Completed' ? now : undefined;
  });
  return task.S3objectKey ?? '';
};

/** The latest task that stores the AMI in the bucket. */
const taskOf = async (
  { cloud }: ExecutorServices,
  { target, imageId, bucket, signal }: BackUpOptions,
): Promise<StoreImageTaskResult | undefined> => {
  const ec2 = await cloud.ec2(target);
  const { StoreImageTaskResults = [] } = await ec2.describeStoreImageTasks(
    { ImageIds: [imageId] },
    { signal },
  );
  return StoreImageTaskResults.find((task) => task.AmiId === imageId && task.Bucket === bucket);
};

const failed = (
  { imageId, bucket, target }: BackUpOptions,
  { StoreTaskFailureReason }: StoreImageTaskResult,
) =>
  new AmiPublisherError('RESOURCE_FAILED', {
    message: `${imageId} in ${formatTarget(target)} could not be stored in ${bucket}: ${StoreTaskFailureReason ?? 'no reason is given'}`,
    resource: imageId,
  });
