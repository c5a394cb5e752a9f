import type * as ec2 from '@aws-sdk/client-ec2';
import { ApiError, invalidParameter, required } from '../model/api-error.js';
import { newId } from '../model/ids.js';
import type { ImageRecord } from '../model/records.js';
import { oncePerToken } from './client-tokens.js';
import type { Ec2Context, Ec2Handler } from './handler.js';
import { lookupImage } from './lookup-image.js';
import { tagList, tagsAtCreation } from './tags.js';

/** What becomes of the export of an image. */
export interface ExportTaskRecord {
  readonly id: string;
  readonly imageId: string;
  readonly bucket: string;
  readonly prefix: string;
  readonly state: 'active' | 'completed' | 'deleted';
  /** Why it is `deleted`, which is what EC2 calls one that failed. */
  readonly message: string | undefined;
  readonly tags: ReadonlyMap<string, string>;
}

const fileEndings: Readonly<Record<string, string>> = { VMDK: 'vmdk', RAW: 'raw', VHD: 'vhd' };

/** Exports an image as one object, which tells of the image but does not hold its disks. EC2 exports no encrypted ones. */
export const exportImage: Ec2Handler<'ExportImage'> = async (context, input) => {
  const { state, objects } = context;
  const image = lookupImage(state, required(input.ImageId, 'imageId'));
  const format = required(input.DiskImageFormat, 'diskImageFormat');
  const ending = fileEndings[format];
  if (ending === undefined) throw invalidParameter('diskImageFormat', format, 'Expecting VMDK, RAW or VHD.');
  const { S3Bucket, S3Prefix: prefix = '' } = input.S3ExportLocation ?? {};
  const bucket = required(S3Bucket, 's3ExportLocation.s3Bucket');
  refuseEncrypted(context, image);
  objects.check(state, bucket);
  const tags = tagsAtCreation('export-image-task', input.TagSpecifications);
  const id = await oncePerToken(state, 'ExportImage', input, async () =>
    begin(context, image, { bucket, prefix, ending }, tags),
  );
  return { ...view(state.services.exportTasks.get(id)!), DiskImageFormat: format };
};

const refuseEncrypted = ({ state }: Ec2Context, { id, blockDeviceMappings }: ImageRecord): void => {
  for (const { Ebs } of blockDeviceMappings)
    if (state.snapshots.get(Ebs?.SnapshotId ?? '')?.kmsKey !== undefined)
      throw new ApiError(
        'UnsupportedOperation',
        `The image ${id} has an encrypted snapshot, ${Ebs?.SnapshotId}; it cannot be exported.`,
      );
};

interface Place {
  readonly bucket: string;
  readonly prefix: string;
  readonly ending: string;
}

const begin = (
  { state, latency, transitions, objects }: Ec2Context,
  image: ImageRecord,
  { bucket, prefix, ending }: Place,
  tags: ExportTaskRecord['tags'],
): string => {
  const id = newId('export-ami');
  const { exportTasks } = state.services;
  const task: ExportTaskRecord = {
    ...{ id, imageId: image.id, bucket, prefix, state: 'active', message: undefined, tags },
  };
  exportTasks.set(id, task);
  transitions.after(latency.next('exportImageMs', id), () => {
    if (exportTasks.get(id)?.state !== 'active') return;
    const missing = image.blockDeviceMappings.find(
      ({ Ebs }) => Ebs?.SnapshotId !== undefined && state.snapshots.get(Ebs.SnapshotId) === undefined,
    );
    if (missing !== undefined) {
      const message = `Snapshot ${missing.Ebs?.SnapshotId} is not there.`;
      exportTasks.set(id, { ...task, state: 'deleted', message });
      return;
    }
    const body = Buffer.from(JSON.stringify({ imageId: image.id, name: image.name }));
    objects.put(state, bucket, `${prefix}${id}.${ending}`, body);
    exportTasks.set(id, { ...task, state: 'completed' });
  });
  return id;
};

const progress = { active: '0', completed: '100', deleted: undefined } as const;

const view = ({
  id,
  imageId,
  bucket,
  prefix,
  state,
  message,
  tags,
}: ExportTaskRecord): ec2.ExportImageTask => ({
  ExportImageTaskId: id,
  ImageId: imageId,
  S3ExportLocation: { S3Bucket: bucket, S3Prefix: prefix },
  Status: state,
  StatusMessage: message,
  Progress: progress[state],
  Tags: tagList(tags),
});

const noTask = (id: string): ApiError =>
  new ApiError('InvalidConversionTaskId', `The export image task ${id} does not exist.`);

/** Ends a task that is active; no object comes of it. */
export const cancelExportTask: Ec2Handler<'CancelExportTask'> = ({ state: { services } }, input) => {
  const id = required(input.ExportTaskId, 'exportTaskId');
  const task = services.exportTasks.get(id);
  if (task === undefined) throw noTask(id);
  if (task.state !== 'active')
    throw new ApiError('IncorrectState', `The export image task ${id} is ${task.state}.`);
  services.exportTasks.set(id, { ...task, state: 'deleted', message: 'cancelled' });
  return {};
};

export const describeExportImageTasks: Ec2Handler<'DescribeExportImageTasks'> = (
  { state: { services } },
  { ExportImageTaskIds: ids, Filters = [] },
) => {
  if (Filters.length > 0)
    throw new ApiError('InvalidParameterValue', 'The sandbox does not filter export image tasks.');
  const missing = ids?.find((id) => !services.exportTasks.has(id));
  if (missing !== undefined) throw noTask(missing);
  const tasks = [...services.exportTasks.values()];
  return { ExportImageTasks: tasks.filter(({ id }) => ids?.includes(id) ?? true).map(view) };
};
