import {
  AwsCloud,
  amiCommands,
  type Ec2Api,
  type ImageSource,
  instanceCommands,
  MemoryJournalStore,
  Operations,
  type PublishedResource,
  Publisher,
  type PublishOptions,
  type ResolvedTargets,
  UnpackerFleet,
  volumeCommands,
} from '@ami-publisher/core';
import { EC2Client, RunInstancesCommand } from '@aws-sdk/client-ec2';
import { createEdgeUnpackers } from './edge-unpacker.js';
import { type Moto, startMoto } from './moto.js';
import { type RecordingProxy, startRecordingProxy } from './recording-proxy.js';

/** Moto's default, which keys that it does not know are of. */
export const accountId = '123456789012';
export const stream = 'base/debian-12';
const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' };

/** An account of moto with an unpacker in each region, the real way to AWS, and a record of what went over it. */
export interface MotoAccount {
  readonly cloud: AwsCloud;
  readonly publisher: Publisher;
  readonly fleet: UnpackerFleet;
  readonly operations: Operations;
  readonly proxy: RecordingProxy;
  /** Ids of the unpacker instances by region. */
  readonly unpackers: Readonly<Record<string, string>>;
  /** Its regions. */
  targets(): Promise<ResolvedTargets>;
  ec2(region: string): Promise<Ec2Api>;
  /** Registers an AMI of a disk of its own. */
  addImage(region: string, name: string, tags: Readonly<Record<string, string>>): Promise<MotoImage>;
  plan(leaf: string, options?: Partial<PublishOptions>): ReturnType<Publisher['plan']>;
  close(): Promise<void>;
}

/** An AMI, as results files name it. */
export interface MotoImage extends PublishedResource {
  readonly imageId: string;
  readonly snapshotId: string;
}

/** Starts moto and everything before it. */
export const createMotoAccount = async (regions: readonly string[]): Promise<MotoAccount> => {
  const moto = await startMoto();
  const proxy = await startRecordingProxy(moto.endpoint);
  const unpackers: Record<string, string> = {};
  for (const region of regions) unpackers[region] = await launchUnpacker(moto, region);
  const roleArn = `arn:aws:iam::${accountId}:role/ami-publisher`;
  const cloud = await AwsCloud.fromConfig({
    accounts: { moto: { roleArn, externalId: 'external' } },
    endpoint: proxy.endpoint,
  });
  const unpackerOf = createEdgeUnpackers();
  const fleet = new UnpackerFleet({
    cloud,
    createClient: (_target, instance) => unpackerOf(instance.InstanceId ?? ''),
  });
  const journals = new MemoryJournalStore();
  const publisher = new Publisher({ cloud, fleet, images: anyImage, journals });
  const commands = [...amiCommands, ...instanceCommands, ...volumeCommands];
  const operations = new Operations({ cloud, journals, fleet: () => fleet, commands });
  const selection = regions.map((region) => `moto,${region}`).join(';');
  const targets = () => cloud.resolveTargets(selection);
  const ec2 = (region: string) => cloud.ec2({ partition: 'aws', accountId, region, account: 'moto' });
  return {
    cloud,
    publisher,
    fleet,
    operations,
    proxy,
    unpackers,
    targets,
    ec2,
    addImage: async (region, name, tags) => registerImage(await ec2(region), region, name, tags),
    plan: async (leaf, options = {}) =>
      publisher.plan({ stream, leaf, targets: await targets(), ...options }),
    close: async () => {
      cloud.close();
      await proxy.close();
      await moto.close();
    },
  };
};

const launchUnpacker = async ({ endpoint }: Moto, region: string): Promise<string> => {
  const client = new EC2Client({ endpoint, region, credentials });
  const Tags = [{ Key: 'Name', Value: 'ImageUnpacker' }];
  const { Instances } = await client.send(
    new RunInstancesCommand({
      ImageId: 'ami-12c6146b',
      ...{ MinCount: 1, MaxCount: 1, InstanceType: 'm6i.large' },
      TagSpecifications: [{ ResourceType: 'instance', Tags }],
    }),
  );
  client.destroy();
  return Instances?.[0]?.InstanceId ?? '';
};

const registerImage = async (
  ec2: Ec2Api,
  region: string,
  Name: string,
  tags: Readonly<Record<string, string>>,
): Promise<MotoImage> => {
  const { VolumeId } = await ec2.createVolume({
    ...{ AvailabilityZone: `${region}a`, Size: 1, VolumeType: 'gp3' },
  });
  const { SnapshotId } = await ec2.createSnapshot({ VolumeId });
  const disk = { DeviceName: '/dev/xvda', Ebs: { SnapshotId, VolumeType: 'gp3' as const } };
  const { ImageId: imageId = '' } = await ec2.registerImage({
    ...{ Name, RootDeviceName: '/dev/xvda', BlockDeviceMappings: [disk] },
  });
  // Moto forgets tags and snapshot of RegisterImage, and makes a snapshot of its own.
  const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
  await ec2.createTags({ Resources: [imageId], Tags });
  const { Images: [image] = [] } = await ec2.describeImages({ ImageIds: [imageId] });
  const snapshotId = image?.BlockDeviceMappings?.[0]?.Ebs?.SnapshotId ?? '';
  return { account: 'moto', region, imageId, snapshotId };
};

/** Images as a publisher sees them; nobody reads their content here. */
const anyImage: ImageSource = {
  getImage: async (name, leaf) => ({
    ...{ stream: name, leaf, manifestDigest: Buffer.from(leaf).toString('hex').padEnd(128, '0') },
    ...{ usageBytes: 2 ** 30, contentBytes: 2 ** 30, entryCount: 10, createdAt: new Date(0) },
  }),
  getManifest: () => Promise.reject(new TypeError('no manifest is read')),
  getObjects: () => {
    throw new TypeError('no object is read');
  },
};
