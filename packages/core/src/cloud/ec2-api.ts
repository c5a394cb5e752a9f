import type * as ec2 from '@aws-sdk/client-ec2';

/** Request and answer of every EC2 action that this project calls. */
export interface Ec2Actions {
  AttachVolume: [ec2.AttachVolumeRequest, ec2.VolumeAttachment];
  CancelExportTask: [ec2.CancelExportTaskRequest, object];
  CopySnapshot: [ec2.CopySnapshotRequest, ec2.CopySnapshotResult];
  CreateImageUsageReport: [ec2.CreateImageUsageReportRequest, ec2.CreateImageUsageReportResult];
  CreateSnapshot: [ec2.CreateSnapshotRequest, ec2.Snapshot];
  CreateStoreImageTask: [ec2.CreateStoreImageTaskRequest, ec2.CreateStoreImageTaskResult];
  CreateTags: [ec2.CreateTagsRequest, object];
  CreateVolume: [ec2.CreateVolumeRequest, ec2.Volume];
  DeleteImageUsageReport: [ec2.DeleteImageUsageReportRequest, ec2.DeleteImageUsageReportResult];
  DeleteKeyPair: [ec2.DeleteKeyPairRequest, ec2.DeleteKeyPairResult];
  DeleteSnapshot: [ec2.DeleteSnapshotRequest, object];
  DeleteTags: [ec2.DeleteTagsRequest, object];
  DeleteVolume: [ec2.DeleteVolumeRequest, object];
  DeregisterImage: [ec2.DeregisterImageRequest, ec2.DeregisterImageResult];
  DescribeExportImageTasks: [ec2.DescribeExportImageTasksRequest, ec2.DescribeExportImageTasksResult];
  DescribeImageAttribute: [ec2.DescribeImageAttributeRequest, ec2.ImageAttribute];
  DescribeImageReferences: [ec2.DescribeImageReferencesRequest, ec2.DescribeImageReferencesResult];
  DescribeImages: [ec2.DescribeImagesRequest, ec2.DescribeImagesResult];
  DescribeImageUsageReportEntries: [
    ec2.DescribeImageUsageReportEntriesRequest,
    ec2.DescribeImageUsageReportEntriesResult,
  ];
  DescribeImageUsageReports: [ec2.DescribeImageUsageReportsRequest, ec2.DescribeImageUsageReportsResult];
  DescribeInstances: [ec2.DescribeInstancesRequest, ec2.DescribeInstancesResult];
  DescribeKeyPairs: [ec2.DescribeKeyPairsRequest, ec2.DescribeKeyPairsResult];
  DescribeLaunchTemplates: [ec2.DescribeLaunchTemplatesRequest, ec2.DescribeLaunchTemplatesResult];
  DescribeLaunchTemplateVersions: [
    ec2.DescribeLaunchTemplateVersionsRequest,
    ec2.DescribeLaunchTemplateVersionsResult,
  ];
  DescribeRegions: [ec2.DescribeRegionsRequest, ec2.DescribeRegionsResult];
  DescribeSecurityGroups: [ec2.DescribeSecurityGroupsRequest, ec2.DescribeSecurityGroupsResult];
  DescribeSnapshotAttribute: [ec2.DescribeSnapshotAttributeRequest, ec2.DescribeSnapshotAttributeResult];
  DescribeSnapshots: [ec2.DescribeSnapshotsRequest, ec2.DescribeSnapshotsResult];
  DescribeStoreImageTasks: [ec2.DescribeStoreImageTasksRequest, ec2.DescribeStoreImageTasksResult];
  DescribeSubnets: [ec2.DescribeSubnetsRequest, ec2.DescribeSubnetsResult];
  DescribeVolumes: [ec2.DescribeVolumesRequest, ec2.DescribeVolumesResult];
  DescribeVolumesModifications: [
    ec2.DescribeVolumesModificationsRequest,
    ec2.DescribeVolumesModificationsResult,
  ];
  DescribeVpcs: [ec2.DescribeVpcsRequest, ec2.DescribeVpcsResult];
  DetachVolume: [ec2.DetachVolumeRequest, ec2.VolumeAttachment];
  DisableImage: [ec2.DisableImageRequest, ec2.DisableImageResult];
  DisableImageDeregistrationProtection: [
    ec2.DisableImageDeregistrationProtectionRequest,
    ec2.DisableImageDeregistrationProtectionResult,
  ];
  EnableImage: [ec2.EnableImageRequest, ec2.EnableImageResult];
  EnableImageDeprecation: [ec2.EnableImageDeprecationRequest, ec2.EnableImageDeprecationResult];
  EnableImageDeregistrationProtection: [
    ec2.EnableImageDeregistrationProtectionRequest,
    ec2.EnableImageDeregistrationProtectionResult,
  ];
  ExportImage: [ec2.ExportImageRequest, ec2.ExportImageResult];
  GetConsoleOutput: [ec2.GetConsoleOutputRequest, ec2.GetConsoleOutputResult];
  ImportKeyPair: [ec2.ImportKeyPairRequest, ec2.ImportKeyPairResult];
  ModifyImageAttribute: [ec2.ModifyImageAttributeRequest, object];
  ModifyInstanceAttribute: [ec2.ModifyInstanceAttributeRequest, object];
  ModifySnapshotAttribute: [ec2.ModifySnapshotAttributeRequest, object];
  ModifyVolume: [ec2.ModifyVolumeRequest, ec2.ModifyVolumeResult];
  RegisterImage: [ec2.RegisterImageRequest, ec2.RegisterImageResult];
  RestoreImageFromRecycleBin: [ec2.RestoreImageFromRecycleBinRequest, ec2.RestoreImageFromRecycleBinResult];
  RestoreSnapshotFromRecycleBin: [
    ec2.RestoreSnapshotFromRecycleBinRequest,
    ec2.RestoreSnapshotFromRecycleBinResult,
  ];
  RunInstances: [ec2.RunInstancesRequest, ec2.Reservation];
  StartInstances: [ec2.StartInstancesRequest, ec2.StartInstancesResult];
  StopInstances: [ec2.StopInstancesRequest, ec2.StopInstancesResult];
  TerminateInstances: [ec2.TerminateInstancesRequest, ec2.TerminateInstancesResult];
}

export type Ec2Action = keyof Ec2Actions;

export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
}

/**
 * EC2 as the steps see it, for one target: a method per action, `createSnapshot` for `CreateSnapshot`. Every method rejects with an
 * `AmiPublisherError` that names the target and the call.
 */
export type Ec2Api = {
  readonly [A in Ec2Action as Uncapitalize<A>]: (
    input: Ec2Actions[A][0],
    options?: CallOptions,
  ) => Promise<Ec2Actions[A][1]>;
};
