import type { Ec2Action } from '@ami-publisher/core';
import { attachVolume, detachVolume } from './attachments.js';
import { getConsoleOutput } from './console-output.js';
import { copySnapshot } from './copy-snapshot.js';
import { cancelExportTask, describeExportImageTasks, exportImage } from './export-image-tasks.js';
import type { Ec2Handler } from './handler.js';
import {
  disableImageDeregistrationProtection,
  enableImageDeprecation,
  enableImageDeregistrationProtection,
} from './image-attributes.js';
import { describeImageReferences } from './image-references.js';
import { disableImage, enableImage } from './image-states.js';
import { deregisterImage, describeImages } from './images.js';
import { startInstances, stopInstances } from './instance-states.js';
import { describeInstances, modifyInstanceAttribute } from './instances.js';
import { deleteKeyPair, describeKeyPairs, importKeyPair } from './key-pairs.js';
import { describeImageAttribute, modifyImageAttribute } from './launch-permissions.js';
import { describeLaunchTemplates, describeLaunchTemplateVersions } from './launch-templates.js';
import { describeSecurityGroups, describeSubnets, describeVpcs } from './networks.js';
import { restoreImageFromRecycleBin, restoreSnapshotFromRecycleBin } from './recycle-bin.js';
import { describeRegions } from './regions.js';
import { registerImage } from './register-image.js';
import { runInstances } from './run-instances.js';
import { describeSnapshotAttribute, modifySnapshotAttribute } from './snapshot-permissions.js';
import { createSnapshot, deleteSnapshot, describeSnapshots } from './snapshots.js';
import { createStoreImageTask, describeStoreImageTasks } from './store-image-tasks.js';
import { createTags, deleteTags } from './tags.js';
import { terminateInstances } from './terminate-instances.js';
import {
  createImageUsageReport,
  deleteImageUsageReport,
  describeImageUsageReportEntries,
  describeImageUsageReports,
} from './usage-reports.js';
import { describeVolumesModifications, modifyVolume } from './volume-modifications.js';
import { createVolume, deleteVolume, describeVolumes } from './volumes.js';

/** Every EC2 action that the sandbox answers. */
export const ec2Handlers: { readonly [A in Ec2Action]: Ec2Handler<A> } = {
  AttachVolume: attachVolume,
  CancelExportTask: cancelExportTask,
  CopySnapshot: copySnapshot,
  CreateImageUsageReport: createImageUsageReport,
  CreateSnapshot: createSnapshot,
  CreateStoreImageTask: createStoreImageTask,
  CreateTags: createTags,
  CreateVolume: createVolume,
  DeleteImageUsageReport: deleteImageUsageReport,
  DeleteKeyPair: deleteKeyPair,
  DeleteSnapshot: deleteSnapshot,
  DeleteTags: deleteTags,
  DeleteVolume: deleteVolume,
  DeregisterImage: deregisterImage,
  DescribeExportImageTasks: describeExportImageTasks,
  DescribeImageAttribute: describeImageAttribute,
  DescribeImageReferences: describeImageReferences,
  DescribeImages: describeImages,
  DescribeImageUsageReportEntries: describeImageUsageReportEntries,
  DescribeImageUsageReports: describeImageUsageReports,
  DescribeInstances: describeInstances,
  DescribeKeyPairs: describeKeyPairs,
  DescribeLaunchTemplates: describeLaunchTemplates,
  DescribeLaunchTemplateVersions: describeLaunchTemplateVersions,
  DescribeRegions: describeRegions,
  DescribeSecurityGroups: describeSecurityGroups,
  DescribeSnapshotAttribute: describeSnapshotAttribute,
  DescribeSnapshots: describeSnapshots,
  DescribeStoreImageTasks: describeStoreImageTasks,
  DescribeSubnets: describeSubnets,
  DescribeVolumes: describeVolumes,
  DescribeVolumesModifications: describeVolumesModifications,
  DescribeVpcs: describeVpcs,
  DetachVolume: detachVolume,
  DisableImage: disableImage,
  DisableImageDeregistrationProtection: disableImageDeregistrationProtection,
  EnableImage: enableImage,
  EnableImageDeprecation: enableImageDeprecation,
  EnableImageDeregistrationProtection: enableImageDeregistrationProtection,
  ExportImage: exportImage,
  GetConsoleOutput: getConsoleOutput,
  ImportKeyPair: importKeyPair,
  ModifyImageAttribute: modifyImageAttribute,
  ModifyInstanceAttribute: modifyInstanceAttribute,
  ModifySnapshotAttribute: modifySnapshotAttribute,
  ModifyVolume: modifyVolume,
  RegisterImage: registerImage,
  RestoreImageFromRecycleBin: restoreImageFromRecycleBin,
  RestoreSnapshotFromRecycleBin: restoreSnapshotFromRecycleBin,
  RunInstances: runInstances,
  StartInstances: startInstances,
  StopInstances: stopInstances,
  TerminateInstances: terminateInstances,
};
