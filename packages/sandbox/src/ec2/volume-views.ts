import type * as ec2 from '@aws-sdk/client-ec2';
import type { AttachmentRecord, ModificationRecord, VolumeRecord } from '../model/records.js';
import { tagList } from './tags.js';

/** An attachment as EC2 shows it. */
export const attachmentView = (volumeId: string, attachment: AttachmentRecord): ec2.VolumeAttachment => ({
  AttachTime: attachment.attachTime,
  DeleteOnTermination: attachment.deleteOnTermination,
  Device: attachment.device,
  InstanceId: attachment.instanceId,
  State: attachment.state,
  VolumeId: volumeId,
});

/** gp2 has no IOPS of its own choice: three for each GiB, within limits. */
const shownIops = ({ type, iops, sizeGiB }: VolumeRecord): number | undefined =>
  type === 'gp2' ? Math.min(16_000, Math.max(100, sizeGiB * 3)) : iops;

/** A volume as EC2 shows it. */
export const volumeView = (volume: VolumeRecord): ec2.Volume => ({
  Attachments: volume.attachment === undefined ? [] : [attachmentView(volume.id, volume.attachment)],
  AvailabilityZone: volume.zone,
  CreateTime: volume.createTime,
  Encrypted: volume.kmsKey !== undefined,
  Iops: shownIops(volume),
  KmsKeyId: volume.kmsKey,
  MultiAttachEnabled: false,
  Size: volume.sizeGiB,
  SnapshotId: volume.snapshotId ?? '',
  State: volume.state,
  Tags: tagList(volume.tags),
  Throughput: volume.throughput,
  VolumeId: volume.id,
  VolumeType: volume.type,
});

const progress: Readonly<Record<ModificationRecord['state'], number>> = {
  modifying: 0,
  optimizing: 50,
  completed: 100,
};

/** A modification as EC2 shows it. */
export const modificationView = (modification: ModificationRecord): ec2.VolumeModification => ({
  EndTime: modification.endTime,
  ModificationState: modification.state,
  OriginalIops: modification.original.iops,
  OriginalMultiAttachEnabled: false,
  OriginalSize: modification.original.sizeGiB,
  OriginalThroughput: modification.original.throughput,
  OriginalVolumeType: modification.original.type,
  Progress: progress[modification.state],
  StartTime: modification.startTime,
  TargetIops: modification.target.iops,
  TargetMultiAttachEnabled: false,
  TargetSize: modification.target.sizeGiB,
  TargetThroughput: modification.target.throughput,
  TargetVolumeType: modification.target.type,
  VolumeId: modification.id,
});
