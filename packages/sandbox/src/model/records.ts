import type * as ec2 from '@aws-sdk/client-ec2';
import type { SnapshotContent } from './ports.js';
import type { LaunchTemplateContent, ReportedUse } from './references.js';
import type { Resource } from './table.js';

export interface AttachmentRecord {
  readonly instanceId: string;
  readonly device: string;
  readonly state: 'attaching' | 'attached' | 'detaching';
  readonly attachTime: Date;
  readonly deleteOnTermination: boolean;
}

export interface VolumeRecord extends Resource {
  readonly state: 'creating' | 'available' | 'in-use' | 'deleting' | 'error';
  readonly sizeGiB: number;
  readonly type: ec2.VolumeType;
  readonly iops: number | undefined;
  /** MiB/s; gp3 only. */
  readonly throughput: number | undefined;
  readonly zone: string;
  /** ARN of the KMS key; undefined for a volume that is not encrypted. */
  readonly kmsKey: string | undefined;
  readonly snapshotId: string | undefined;
  readonly createTime: Date;
  readonly attachment: AttachmentRecord | undefined;
  /** Of its snapshots, whether they are still there or not; the first one first. */
  readonly captures: readonly CaptureRecord[];
}

/** Which publication took a snapshot, by its tag, and at which generation of the volume. */
export interface CaptureRecord {
  readonly publication: string;
  readonly generation: number;
}

/** The last modification of a volume; its id is the volume's. */
export interface ModificationRecord extends Resource {
  readonly state: 'modifying' | 'optimizing' | 'completed';
  readonly startTime: Date;
  readonly endTime: Date | undefined;
  readonly original: VolumePerformance;
  readonly target: VolumePerformance;
}

export interface VolumePerformance {
  readonly sizeGiB: number;
  readonly type: ec2.VolumeType;
  readonly iops: number | undefined;
  readonly throughput: number | undefined;
}

export interface SnapshotRecord extends Resource {
  readonly state: 'pending' | 'completed' | 'error';
  /** Why it is in error. */
  readonly stateMessage?: string | undefined;
  /** Account that made it. */
  readonly ownerId: string;
  readonly volumeId: string;
  readonly sizeGiB: number;
  readonly description: string;
  readonly kmsKey: string | undefined;
  readonly startTime: Date;
  /** When the call was answered and when it completes, in milliseconds since the epoch; progress is counted between them. */
  readonly pendingSince: number;
  readonly completesAt: number;
  readonly completionTime: Date | undefined;
  /** The snapshot that it is a copy of, wherever that is. */
  readonly copiedFrom?: string | undefined;
  /** Who but its owner may restore it; each once. */
  readonly createVolumePermissions: readonly ec2.CreateVolumePermission[];
  /** What was on the volume, as the model itself saw it. */
  readonly content: SnapshotContent | undefined;
}

export interface ImageRecord extends Resource {
  readonly state: 'pending' | 'available' | 'disabled' | 'failed';
  /** Account that registered it. */
  readonly ownerId: string;
  readonly name: string;
  readonly creationDate: Date;
  readonly deprecationTime: Date | undefined;
  readonly deregistrationProtection: DeregistrationProtection;
  readonly blockDeviceMappings: readonly ec2.BlockDeviceMapping[];
  /** Who but its owner may launch it; each once. */
  readonly launchPermissions: readonly ec2.LaunchPermission[];
  /** What the request said and the description repeats. */
  readonly properties: Pick<
    ec2.Image,
    | 'Architecture'
    | 'BootMode'
    | 'Description'
    | 'EnaSupport'
    | 'ImdsSupport'
    | 'KernelId'
    | 'LastLaunchedTime'
    | 'RamdiskId'
    | 'RootDeviceName'
    | 'SourceImageId'
    | 'SriovNetSupport'
    | 'TpmSupport'
    | 'VirtualizationType'
  >;
}

/** A launch template with all its versions. */
export interface LaunchTemplateRecord extends Resource {
  readonly name: string;
  readonly createTime: Date;
  readonly defaultVersion: number;
  readonly versions: readonly LaunchTemplateContent[];
}

export interface KeyPairRecord extends Resource {
  readonly name: string;
  readonly type: ec2.KeyType;
  readonly fingerprint: string;
  /** As OpenSSH writes it, without comment. */
  readonly publicKey: string;
  readonly createTime: Date;
}

export interface VpcRecord extends Resource {
  readonly cidr: string;
  readonly isDefault: boolean;
}

export interface SubnetRecord extends Resource {
  readonly vpcId: string;
  readonly zone: string;
  readonly cidr: string;
  readonly freeAddresses: number;
  /** The one that instances of the default VPC get in this zone, if none is named. */
  readonly isDefault: boolean;
}

export interface SecurityGroupRecord extends Resource {
  readonly vpcId: string;
  readonly name: string;
}

export type DeregistrationProtection = 'disabled' | 'enabled-without-cooldown' | 'enabled-with-cooldown';

export type InstanceState = 'pending' | 'running' | 'shutting-down' | 'stopping' | 'stopped' | 'terminated';

/** What `RunInstances` was asked for, and the description repeats. */
export interface LaunchRecord {
  readonly clientToken: string | undefined;
  readonly keyName: string | undefined;
  readonly profileArn: string | undefined;
  readonly httpTokens: 'optional' | 'required';
  readonly subnetId: string;
  readonly vpcId: string;
  readonly securityGroupIds: readonly string[];
}

export interface InstanceRecord extends Resource {
  readonly state: InstanceState;
  readonly type: ec2._InstanceType;
  readonly zone: string;
  /** The private one. */
  readonly address: string;
  readonly publicAddress: string | undefined;
  /** Whether it gets a public address whenever it starts. */
  readonly takesPublicAddress: boolean;
  /** Whether Systems Manager can reach it while it runs. */
  readonly hasSsmAgent: boolean;
  readonly architecture: ec2.ArchitectureValues;
  readonly rootDeviceName: string;
  readonly reservationId: string;
  readonly launchTime: Date;
  /** The AMI that it was launched from; undefined for one that was added without. */
  readonly imageId?: string | undefined;
  readonly disableApiTermination: boolean;
  /** How it was launched; undefined for what the sandbox itself added. */
  readonly launch?: LaunchRecord | undefined;
  /** Why it is in its state, where EC2 itself brought it there. */
  readonly stateReason?: ec2.StateReason | undefined;
  /** When it was terminated, in milliseconds since the epoch. */
  readonly terminatedAt?: number | undefined;
}

/** What a usage report of an image tells. */
export interface ImageUsageReportRecord extends Resource {
  readonly state: 'pending' | 'available' | 'error';
  /** Why it is in `error`. */
  readonly stateReason: string | undefined;
  readonly imageId: string;
  /** The accounts that it is about; empty for all. */
  readonly accountIds: readonly string[];
  readonly resourceTypes: readonly ec2.ImageUsageResourceType[];
  readonly createTime: Date;
  /** None until it is `available`. */
  readonly entries: readonly ReportedUse[];
}
