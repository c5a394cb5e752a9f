import type * as ec2 from '@aws-sdk/client-ec2';
import { newResourceId } from './ids.js';
import type { DeregistrationProtection, ImageRecord } from './records.js';
import type { RegionState } from './region-state.js';

/** An image to be added, with one disk. */
export interface ImageOptions {
  readonly account: string;
  readonly region: string;
  /** @default its id */
  readonly name?: string | undefined;
  /** @default 'available' */
  readonly state?: ImageRecord['state'] | undefined;
  /** @default now */
  readonly createdAt?: Date | undefined;
  readonly tags?: Readonly<Record<string, string>> | undefined;
  /** @default 'disabled' */
  readonly deregistrationProtection?: DeregistrationProtection | undefined;
  /** @default its owner alone may launch it */
  readonly launchPermissions?: readonly ec2.LaunchPermission[] | undefined;
  /** When AWS saw it launched last. @default never */
  readonly lastLaunchedAt?: Date | undefined;
  /** What it is a copy of. */
  readonly sourceImageId?: string | undefined;
  /** Key of the snapshot that is made for it, as `addKmsKey` has answered. @default it is not encrypted */
  readonly kmsKey?: string | undefined;
  /** Snapshot of its disk. @default one that is made for it */
  readonly snapshotId?: string | undefined;
  /** Tags of the snapshot that is made for it. */
  readonly snapshotTags?: Readonly<Record<string, string>> | undefined;
}

const sizeGiB = 8;
const rootDeviceName = '/dev/xvda';

/** Makes an image with its snapshot, as if it had been there all along. @returns its id */
export const addImage = (state: RegionState, now: number, options: ImageOptions): string => {
  const id = newResourceId('image');
  const creationDate = options.createdAt ?? new Date(now);
  const snapshotId = options.snapshotId ?? addSnapshot(state, creationDate, options);
  state.images.insertSettled({
    id,
    state: options.state ?? 'available',
    ownerId: state.accountId,
    name: options.name ?? id,
    creationDate,
    deprecationTime: undefined,
    deregistrationProtection: options.deregistrationProtection ?? 'disabled',
    blockDeviceMappings: [
      {
        DeviceName: rootDeviceName,
        Ebs: {
          SnapshotId: snapshotId,
          VolumeSize: sizeGiB,
          VolumeType: 'gp3',
          Encrypted: options.kmsKey !== undefined,
        },
      },
    ],
    launchPermissions: options.launchPermissions ?? [],
    properties: {
      Architecture: 'x86_64',
      LastLaunchedTime: options.lastLaunchedAt?.toISOString(),
      RootDeviceName: rootDeviceName,
      SourceImageId: options.sourceImageId,
      VirtualizationType: 'hvm',
    },
    tags: new Map(Object.entries(options.tags ?? {})),
  });
  return id;
};

/** The volume that it was taken of is not there any more. */
const addSnapshot = (
  state: RegionState,
  startTime: Date,
  { kmsKey, snapshotTags = {} }: Pick<ImageOptions, 'kmsKey' | 'snapshotTags'>,
): string => {
  const id = newResourceId('snapshot');
  state.snapshots.insertSettled({
    id,
    state: 'completed',
    ownerId: state.accountId,
    volumeId: newResourceId('volume'),
    sizeGiB,
    description: '',
    kmsKey,
    startTime,
    pendingSince: startTime.getTime(),
    completesAt: startTime.getTime(),
    completionTime: startTime,
    createVolumePermissions: [],
    content: undefined,
    tags: new Map(Object.entries(snapshotTags)),
  });
  return id;
};
