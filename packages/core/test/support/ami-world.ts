import { VirtualClock } from '@ami-publisher/base';
import { type CloudBehaviour, ModelCloud } from '@ami-publisher/sandbox';
import type { BlockDeviceMapping } from '@aws-sdk/client-ec2';
import { Amis, amiCommands } from '../../src/amis/amis.js';
import type { Ec2Api } from '../../src/cloud/ec2-api.js';
import type { Tags } from '../../src/cloud/tags.js';
import { toTagList } from '../../src/cloud/tags.js';
import { Operations } from '../../src/operations/operations.js';
import { MemoryJournalStore } from '../../src/steps/memory-journal.js';
import type { Target } from '../../src/target/target.js';

export interface MadeAmi {
  readonly target: Target;
  readonly imageId: string;
  readonly snapshotId: string;
}

export interface AmiOptions {
  readonly target?: Target | undefined;
  readonly name?: string | undefined;
  readonly tags?: Tags | undefined;
  readonly snapshotTags?: Tags | undefined;
  /** Key of its snapshot. @default it is not encrypted */
  readonly kmsKey?: string | undefined;
  /** Instead of a new one. */
  readonly snapshotId?: string | undefined;
  /** Disks besides the root. */
  readonly disks?: readonly BlockDeviceMapping[] | undefined;
}

const rootDeviceName = '/dev/xvda';

/** Two accounts in two regions, without unpackers, in virtual time; AMIs are made by hand. */
export const createAmiWorld = async (behaviour: CloudBehaviour = {}) => {
  const clock = new VirtualClock();
  const cloud = new ModelCloud({ ...behaviour, clock, accounts: 2, regions: ['eu-west-1', 'us-east-1'] });
  const journals = new MemoryJournalStore();
  const fleet = () => {
    throw new Error('no unpacker is asked');
  };
  const operations = new Operations({ cloud, journals, fleet, commands: amiCommands });
  const run = <T>(outcome: Promise<T>): Promise<T> => clock.runUntil(outcome);
  const targets = await run(cloud.resolveTargets(''));
  const [first] = targets.targets;
  const call = async (target: Target) => cloud.ec2(target);

  const makeVolume = async (target: Target, tags: Tags = {}, kmsKey?: string): Promise<string> => {
    const ec2 = await call(target);
    const { VolumeId = '' } = await run(
      ec2.createVolume({
        ...{ AvailabilityZone: `${target.region}a`, Size: 1, VolumeType: 'gp3' },
        ...(kmsKey !== undefined && { Encrypted: true, KmsKeyId: kmsKey }),
        TagSpecifications: [{ ResourceType: 'volume', Tags: toTagList(tags) }],
      }),
    );
    await clock.advance(10_000);
    return VolumeId;
  };

  const makeSnapshot = async (target: Target, tags: Tags = {}, kmsKey?: string): Promise<string> => {
    const VolumeId = await makeVolume(target, {}, kmsKey);
    const ec2 = await call(target);
    const TagSpecifications = [{ ResourceType: 'snapshot' as const, Tags: toTagList(tags) }];
    const { SnapshotId = '' } = await run(ec2.createSnapshot({ VolumeId, TagSpecifications }));
    await clock.advance(3_600_000);
    return SnapshotId;
  };

  let made = 0;
  const makeAmi = async (options: AmiOptions = {}): Promise<MadeAmi> => {
    made += 1;
    const { target = first!, name = `base/debian-12/${made}`, tags = {}, disks = [] } = options;
    const snapshotId =
      options.snapshotId ?? (await makeSnapshot(target, options.snapshotTags, options.kmsKey));
    const ec2 = await call(target);
    const { ImageId = '' } = await run(
      ec2.registerImage({
        ...{ Name: name, RootDeviceName: rootDeviceName, Architecture: 'x86_64', VirtualizationType: 'hvm' },
        BlockDeviceMappings: [{ DeviceName: rootDeviceName, Ebs: { SnapshotId: snapshotId } }, ...disks],
        TagSpecifications: [{ ResourceType: 'image', Tags: toTagList(tags) }],
      }),
    );
    await clock.advance(120_000);
    return { target, imageId: ImageId, snapshotId };
  };

  return {
    ...{
      clock,
      cloud,
      model: cloud.model,
      journals,
      operations,
      targets,
      run,
      makeAmi,
      makeSnapshot,
      makeVolume,
    },
    amis: new Amis(operations),
    /** Entry of a results file. */
    entry: ({ target, imageId, snapshotId }: MadeAmi) => ({
      ...{ account: target.account, region: target.region, imageId, snapshotId },
    }),
    ec2: call,
    /** Has commands call these in place of EC2's own. */
    override: (change: (ec2: Ec2Api) => Partial<Ec2Api>) => {
      const ec2 = cloud.ec2.bind(cloud);
      cloud.ec2 = async (target) => {
        const own = await ec2(target);
        return { ...own, ...change(own) };
      };
    },
    inventory: async (target: Target = first!) => {
      const ec2 = await call(target);
      const { Images = [] } = await run(ec2.describeImages({ Owners: ['self'], IncludeDisabled: true }));
      const { Snapshots = [] } = await run(ec2.describeSnapshots({ OwnerIds: ['self'] }));
      const tagsOf = (list: readonly { Key?: string | undefined; Value?: string | undefined }[] = []) =>
        Object.fromEntries(list.map(({ Key = '', Value }) => [Key, Value]));
      return {
        images: Object.fromEntries(
          Images.map(({ ImageId = '', State, Tags }) => [ImageId, { state: State, tags: tagsOf(Tags) }]),
        ),
        snapshots: Object.fromEntries(
          Snapshots.map(({ SnapshotId = '', Tags }) => [SnapshotId, tagsOf(Tags)]),
        ),
      };
    },
    permissions: async ({ target, imageId }: MadeAmi) => {
      const ec2 = await call(target);
      const request = { ImageId: imageId, Attribute: 'launchPermission' as const };
      return (await run(ec2.describeImageAttribute(request))).LaunchPermissions;
    },
    snapshotPermissions: async ({ target, snapshotId }: MadeAmi) => {
      const ec2 = await call(target);
      const request = { SnapshotId: snapshotId, Attribute: 'createVolumePermission' as const };
      return (await run(ec2.describeSnapshotAttribute(request))).CreateVolumePermissions;
    },
    share: async ({ target, imageId }: MadeAmi, userId: string) => {
      const ec2 = await call(target);
      await run(
        ec2.modifyImageAttribute({ ImageId: imageId, LaunchPermission: { Add: [{ UserId: userId }] } }),
      );
    },
  };
};

export type AmiWorld = Awaited<ReturnType<typeof createAmiWorld>>;
