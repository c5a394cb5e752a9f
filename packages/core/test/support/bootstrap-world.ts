import { VirtualClock } from '@ami-publisher/base';
import { type CloudBehaviour, ModelCloud } from '@ami-publisher/sandbox';
import type { Image } from '@aws-sdk/client-ec2';
import { Amis, amiCommands } from '../../src/amis/amis.js';
import type { BootstrapRequest } from '../../src/bootstrap/bootstrap-plan.js';
import { fromTagList, type Tags, tagSpecification } from '../../src/cloud/tags.js';
import { type ChangeOptions, Operations } from '../../src/operations/operations.js';
import type { OperationResults } from '../../src/operations/results.js';
import { MemoryJournalStore } from '../../src/steps/memory-journal.js';
import type { Target } from '../../src/target/target.js';
import { UnpackerFleet } from '../../src/unpacker/fleet.js';

export const stream = 'base/unpacker';

export interface SourceOptions {
  readonly leaf?: string;
  /** Beside `Name`. @default those of a publication */
  readonly tags?: Tags;
  readonly description?: string;
  /** @default a customer key that every account may use */
  readonly kmsKey?: 'shareable' | 'seen' | 'private' | 'default' | 'none';
}

/** A key policy that lets all accounts do something with the key. */
const policyFor = (Action: string) => ({
  Version: '2012-10-17' as const,
  Statement: [{ Effect: 'Allow' as const, Principal: { AWS: '*' }, Action, Resource: '*' }],
});

/** A key policy that lets all accounts do anything with the key. */
export const everybody = policyFor('kms:*');

const policies = {
  shareable: everybody,
  seen: policyFor('kms:DescribeKey'),
  private: undefined,
};

/** Per target, what became of it, and what was said. */
export const told = ({ targets }: OperationResults) =>
  Object.fromEntries(
    targets.map(({ account, region, status, changes, message }) => [
      `${account},${region}`,
      `${status}: ${message ?? changes.map((change) => change.message ?? change.text).join()}`,
    ]),
  );

/** Two accounts in three regions, without instances, in virtual time. */
export const createBootstrapWorld = async (
  behaviour: CloudBehaviour = {},
  settings: ConstructorParameters<typeof ModelCloud>[0] = {},
  asksUnpackers = false,
) => {
  const clock = new VirtualClock();
  const regions = ['eu-central-1', 'eu-west-1', 'us-east-1'];
  const latency = { completeSnapshotMs: 60_000, registerImageMs: 5_000 };
  const cloud = new ModelCloud({ latency, ...behaviour, ...settings, clock, accounts: 2, regions });
  const { model } = cloud;
  const journals = new MemoryJournalStore();
  const fleet = () => {
    if (asksUnpackers) return new UnpackerFleet({ cloud, createClient: cloud.createUnpackerClient });
    throw new Error('no unpacker is asked');
  };
  const newOperations = () => new Operations({ cloud, journals, fleet, commands: amiCommands });
  const operations = newOperations();
  const amis = new Amis(operations);
  const run = <T>(work: Promise<T>): Promise<T> => clock.runUntil(work);
  const targets = await run(cloud.resolveTargets('*,*'));
  const place = (account: string, region: string): Target =>
    targets.targets.find((one) => one.account === account && one.region === region)!;

  const keyFor = (target: Target, kind: SourceOptions['kmsKey'] = 'shareable') => {
    if (kind === 'none') return {};
    if (kind === 'default') return { Encrypted: true };
    const policy = policies[kind];
    return { Encrypted: true, KmsKeyId: model.addKmsKey(target, undefined, policy) };
  };

  /** Publishes, as it were, one release in one target. @returns ids of AMI and snapshot */
  const publish = async (target: Target, options: SourceOptions = {}) => {
    const { leaf = '1', description = `${stream}/${leaf}`, kmsKey } = options;
    const { tags = { 'ami-publisher:stream': stream, 'ami-publisher:leaf': leaf } } = options;
    const ec2 = await cloud.ec2(target);
    const disk = { AvailabilityZone: `${target.region}a`, Size: 8, VolumeType: 'gp3' as const };
    const { VolumeId } = await run(ec2.createVolume({ ...disk, ...keyFor(target, kmsKey) }));
    await clock.advance(10_000);
    const { SnapshotId = '' } = await run(ec2.createSnapshot({ VolumeId }));
    await clock.advance(700_000);
    const { ImageId = '' } = await run(
      ec2.registerImage({
        ...{
          Name: `${stream}/${leaf}`.replaceAll(':', '.'),
          Description: description,
          Architecture: 'arm64',
        },
        ...{ VirtualizationType: 'hvm', BootMode: 'uefi', EnaSupport: true, ImdsSupport: 'v2.0' },
        ...{ SriovNetSupport: 'simple', RootDeviceName: '/dev/xvda' },
        BlockDeviceMappings: [
          {
            DeviceName: '/dev/xvda',
            Ebs: {
              ...{ SnapshotId, VolumeSize: 9, VolumeType: 'gp3', Iops: 4_000, Throughput: 250 },
              DeleteOnTermination: true,
            },
          },
        ],
        TagSpecifications: tagSpecification('image', { ...tags, Name: stream }),
      }),
    );
    await clock.advance(700_000);
    return { imageId: ImageId, snapshotId: SnapshotId };
  };

  const images = async (target: Target): Promise<readonly Image[]> =>
    (await model.inventory(target.accountId, target.region)).images;
  const snapshots = async (target: Target) =>
    (await model.inventory(target.accountId, target.region)).snapshots;

  return {
    ...{ amis, clock, cloud, images, journals, model, newOperations, operations, place, publish, run },
    ...{ snapshots, targets },
    copy: (request: Partial<BootstrapRequest> = {}, options?: ChangeOptions): Promise<OperationResults> =>
      run(amis.copyBootstrapImage(targets, { stream, ...request }, options)),
    /** The AMI of the stream in a target, with its tags as a record. */
    copied: async (target: Target) => {
      const found = (await images(target)).find(({ Tags }) => fromTagList(Tags).Name === stream);
      return found && { ...found, tags: fromTagList(found.Tags) };
    },
    /** Accounts that may copy a snapshot. */
    sharedWith: async (target: Target, snapshotId: string): Promise<readonly (string | undefined)[]> => {
      const ec2 = await cloud.ec2(target);
      const request = { SnapshotId: snapshotId, Attribute: 'createVolumePermission' as const };
      const { CreateVolumePermissions = [] } = await run(ec2.describeSnapshotAttribute(request));
      return CreateVolumePermissions.map(({ UserId }) => UserId);
    },
  };
};

export type BootstrapWorld = Awaited<ReturnType<typeof createBootstrapWorld>>;
