import { VirtualClock } from '@ami-publisher/base';
import { ModelCloud, type ModelCloudOptions } from '@ami-publisher/sandbox';
import type { Instance } from '@aws-sdk/client-ec2';
import { Instances, instanceCommands } from '../../src/instances/instances.js';
import { Operations } from '../../src/operations/operations.js';
import { MemoryJournalStore } from '../../src/steps/memory-journal.js';
import type { Target } from '../../src/target/target.js';
import { UnpackerFleet } from '../../src/unpacker/fleet.js';

/** The commands about instances on a cloud in virtual time, which has no instances yet. */
export const instanceWorld = async (options: ModelCloudOptions = {}) => {
  const clock = new VirtualClock();
  const cloud = new ModelCloud({ clock, regions: ['eu-west-1'], ...options });
  const journals = new MemoryJournalStore();
  const fleet = () => new UnpackerFleet({ cloud, createClient: cloud.createUnpackerClient });
  const operations = new Operations({ cloud, journals, fleet, commands: instanceCommands });
  const run = <T>(work: Promise<T>): Promise<T> => clock.runUntil(work);
  const targets = await run(cloud.resolveTargets('*,*'));
  const target = targets.targets[0]!;

  const add = (where: Partial<Parameters<ModelCloud['addUnpackers']>[0]> = {}): Promise<string[]> =>
    run(cloud.addUnpackers(where));
  const instances = async (place: Target = target): Promise<readonly Instance[]> =>
    (await cloud.model.inventory(place.accountId, place.region)).instances;
  /** By id, the state of every instance of a target. */
  const states = async (place?: Target): Promise<Record<string, string | undefined>> =>
    Object.fromEntries(
      (await instances(place)).map(({ InstanceId, State }) => [InstanceId ?? '', State?.Name]),
    );
  const unpacker = (id: string, place: Target = target) =>
    cloud.createUnpackerClient(place, { InstanceId: id, PrivateIpAddress: '10.0.0.1' });
  /** Has a publication work on a stream of an unpacker. */
  const lease = (id: string, stream = 'base/debian') =>
    run(
      (async () => {
        await unpacker(id).createStream(stream);
        return unpacker(id).acquireLease(stream, 'pub-1', 'holder');
      })(),
    );
  /** Attaches a volume of a stream to an instance. @returns its id */
  const addVolume = (id: string, stream = 'base/debian', goes = true): Promise<string> =>
    run(
      (async () => {
        const ec2 = await cloud.ec2(target);
        const Tags = [{ Key: 'ami-publisher:stream', Value: stream }];
        const { VolumeId = '' } = await ec2.createVolume({
          ...{ AvailabilityZone: 'eu-west-1a', Size: 1, VolumeType: 'gp3' as const },
          TagSpecifications: [{ ResourceType: 'volume', Tags }],
        });
        await clock.sleep(1_000);
        const device = `/dev/sd${goes ? 'f' : 'g'}`;
        await ec2.attachVolume({ VolumeId, InstanceId: id, Device: device });
        await clock.sleep(1_000);
        const mapping = { DeviceName: device, Ebs: { DeleteOnTermination: goes } };
        await ec2.modifyInstanceAttribute({ InstanceId: id, BlockDeviceMappings: [mapping] });
        return VolumeId;
      })(),
    );
  /** Registers an AMI, with the tags that the latest of a stream is found by unless said otherwise. @returns its id */
  const addImage = (
    name: string,
    tags: Record<string, string> = { Name: 'base/unpacker', Preferred: 'true' },
    { place = target, pending = false }: { readonly place?: Target; readonly pending?: boolean } = {},
  ): Promise<string> =>
    run(
      (async () => {
        const ec2 = await cloud.ec2(place);
        const zone = { AvailabilityZone: `${place.region}a` };
        const { VolumeId } = await ec2.createVolume({ ...zone, Size: 2, VolumeType: 'gp3' });
        await clock.sleep(1_000);
        const { SnapshotId } = await ec2.createSnapshot({ VolumeId });
        await clock.sleep(1_000);
        await ec2.deleteVolume({ VolumeId });
        const DeviceName = '/dev/xvda';
        const { ImageId = '' } = await ec2.registerImage({
          ...{ Name: name, Architecture: 'x86_64', VirtualizationType: 'hvm', RootDeviceName: DeviceName },
          BlockDeviceMappings: [{ DeviceName, Ebs: { SnapshotId, VolumeType: 'gp3' } }],
          TagSpecifications: [
            { ResourceType: 'image', Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) },
          ],
        });
        if (!pending) await clock.sleep(1_000);
        return ImageId;
      })(),
    );
  return {
    ...{ addImage },
    ...{ add, addVolume, cloud, clock, instances, journals, lease, operations, run, states, target, targets },
    ...{ commands: new Instances(operations), unpacker },
  };
};
