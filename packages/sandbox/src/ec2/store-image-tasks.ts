import type * as ec2 from '@aws-sdk/client-ec2';
import { ApiError, required } from '../model/api-error.js';
import type { Ec2Handler } from './handler.js';
import { lookup } from './lookup.js';
import { lookupImage } from './lookup-image.js';

/** What becomes of the storing of an image in a bucket. */
export interface StoreTaskRecord {
  readonly imageId: string;
  readonly bucket: string;
  readonly key: string;
  readonly startTime: Date;
  readonly state: 'InProgress' | 'Completed' | 'Failed';
  readonly failure: string | undefined;
}

/** Stores an image as one object, which tells of the image but does not hold its disks. An image whose disk's snapshot has gone fails. */
export const createStoreImageTask: Ec2Handler<'CreateStoreImageTask'> = (context, input) => {
  const { state, clock, latency, transitions, objects } = context;
  const image = lookupImage(state, required(input.ImageId, 'imageId'));
  const bucket = required(input.Bucket, 'bucket');
  objects.check(state, bucket);
  const { storeTasks } = state.services;
  if (storeTasks.get(image.id)?.state === 'InProgress')
    throw new ApiError('IncorrectState', `The image ${image.id} is being stored already.`);
  const key = `${image.id}.bin`;
  const task: StoreTaskRecord = {
    ...{ imageId: image.id, bucket, key, startTime: new Date(clock.now()) },
    ...{ state: 'InProgress', failure: undefined },
  };
  storeTasks.set(image.id, task);
  transitions.after(latency.next('storeImageMs', image.id), () => {
    const missing = image.blockDeviceMappings.find(
      ({ Ebs }) => Ebs?.SnapshotId !== undefined && state.snapshots.get(Ebs.SnapshotId) === undefined,
    );
    if (missing !== undefined) {
      storeTasks.set(image.id, {
        ...task,
        state: 'Failed',
        failure: `Snapshot ${missing.Ebs?.SnapshotId} is not there.`,
      });
      return;
    }
    const tags = Object.fromEntries((input.S3ObjectTags ?? []).map(({ Key = '', Value }) => [Key, Value]));
    const body = Buffer.from(JSON.stringify({ imageId: image.id, name: image.name, tags }));
    objects.put(state, bucket, key, body);
    storeTasks.set(image.id, { ...task, state: 'Completed' });
  });
  return { ObjectKey: key };
};

const progress = { InProgress: 0, Completed: 100, Failed: 0 } as const;

const view = ({
  imageId,
  bucket,
  key,
  startTime,
  state,
  failure,
}: StoreTaskRecord): ec2.StoreImageTaskResult => ({
  AmiId: imageId,
  Bucket: bucket,
  S3objectKey: key,
  TaskStartTime: startTime,
  StoreTaskState: state,
  StoreTaskFailureReason: failure,
  ProgressPercentage: progress[state],
});

export const describeStoreImageTasks: Ec2Handler<'DescribeStoreImageTasks'> = (
  { state },
  { ImageIds, Filters = [] },
) => {
  if (Filters.length > 0)
    throw new ApiError('InvalidParameterValue', 'The sandbox does not filter store image tasks.');
  for (const id of ImageIds ?? []) lookup(state.images, 'image', id);
  const tasks = [...state.services.storeTasks.values()];
  return {
    StoreImageTaskResults: tasks.filter(({ imageId }) => ImageIds?.includes(imageId) ?? true).map(view),
  };
};
