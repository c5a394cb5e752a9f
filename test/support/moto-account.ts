import {
  AwsCloud,
  amiCommands,
  type Ec2Api,
  type ImageSource,
  instanceCommands,
  MemoryJournalStore,
  Operations,
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
  plan(leaf: string, options?: Partial<PublishOptions>): ReturnType<Publisher['plan']>;
  close(): Promise<void>;
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
  return {
    cloud,
    publisher,
    fleet,
    operations,
    proxy,
    unpackers,
    targets,
    ec2: async (region) => cloud.ec2({ partition: 'aws', accountId, region, account: 'moto' }),
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
