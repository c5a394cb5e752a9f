import type * as ec2 from '@aws-sdk/client-ec2';
import type { InstanceRecord, InstanceState, VolumeRecord } from '../model/records.js';
import type { RegionState } from '../model/region-state.js';
import { attachedVolumes } from './attachments.js';
import { tagList } from './tags.js';

/** EC2's numbers for the states. */
export const stateCodes: Readonly<Record<InstanceState, number>> = {
  pending: 0,
  running: 16,
  'shutting-down': 32,
  terminated: 48,
  stopping: 64,
  stopped: 80,
};

/** A state as EC2 shows it. */
export const instanceStateView = (state: InstanceState): ec2.InstanceState => ({
  Code: stateCodes[state],
  Name: state,
});

const mappingView = ({ id, attachment }: VolumeRecord): ec2.InstanceBlockDeviceMapping => ({
  DeviceName: attachment?.device,
  Ebs: {
    AttachTime: attachment?.attachTime,
    DeleteOnTermination: attachment?.deleteOnTermination,
    Status: attachment?.state,
    VolumeId: id,
  },
});

/** An instance as EC2 shows it, in a reservation of its own. */
export const reservationView = (state: RegionState, instance: InstanceRecord): ec2.Reservation => ({
  Groups: [],
  OwnerId: state.accountId,
  ReservationId: instance.reservationId,
  Instances: [instanceView(state, instance)],
});

const launchView = (state: RegionState, { launch }: InstanceRecord): Partial<ec2.Instance> => {
  if (launch === undefined) return { SecurityGroups: [] };
  const { clientToken, keyName, profileArn, httpTokens, subnetId, vpcId } = launch;
  return {
    ClientToken: clientToken,
    KeyName: keyName,
    MetadataOptions: { HttpTokens: httpTokens, HttpEndpoint: 'enabled', State: 'applied' },
    SecurityGroups: launch.securityGroupIds.map((GroupId) => ({
      GroupId,
      GroupName: state.network.securityGroups.get(GroupId)?.name,
    })),
    SubnetId: subnetId,
    VpcId: vpcId,
    ...(profileArn !== undefined && { IamInstanceProfile: { Arn: profileArn } }),
  };
};

const instanceView = (state: RegionState, instance: InstanceRecord): ec2.Instance => ({
  AmiLaunchIndex: 0,
  Architecture: instance.architecture,
  BlockDeviceMappings: attachedVolumes(state, instance.id).map(mappingView),
  EbsOptimized: true,
  EnaSupport: true,
  Hypervisor: 'xen',
  ImageId: instance.imageId,
  ...launchView(state, instance),
  InstanceId: instance.id,
  InstanceType: instance.type,
  LaunchTime: instance.launchTime,
  Monitoring: { State: 'disabled' },
  Placement: { AvailabilityZone: instance.zone, Tenancy: 'default' },
  ...(instance.state === 'terminated'
    ? { PrivateDnsName: '' }
    : {
        PrivateDnsName: `ip-${instance.address.replaceAll('.', '-')}.${state.region}.compute.internal`,
        PrivateIpAddress: instance.address,
      }),
  PublicDnsName: '',
  PublicIpAddress: instance.publicAddress,
  RootDeviceName: instance.rootDeviceName,
  RootDeviceType: 'ebs',
  State: instanceStateView(instance.state),
  StateReason: instance.stateReason,
  Tags: tagList(instance.tags),
  VirtualizationType: 'hvm',
});
