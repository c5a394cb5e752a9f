import type * as ec2 from '@aws-sdk/client-ec2';
import { newResourceId } from '../model/ids.js';
import type { InstanceRecord } from '../model/records.js';
import type { RegionState } from '../model/region-state.js';
import { chooseKey, unknownKey } from './encryption.js';
import type { Ec2Context } from './handler.js';
import type { LaunchableImage } from './launchable-image.js';
import { storedIn } from './shared-snapshots.js';
import { tagsAtCreation } from './tags.js';
import { checkPerformance } from './volume-types.js';

/** Makes the volumes of a launched instance: those of the image, as the request changes them. They are there to be seen; the machine does not use them. */
export const addLaunchVolumes = async (
  context: Ec2Context,
  instance: InstanceRecord,
  { image, owner }: LaunchableImage,
  { BlockDeviceMappings: changes = [], TagSpecifications }: ec2.RunInstancesRequest,
): Promise<void> => {
  const tags = tagsAtCreation('volume', TagSpecifications, { others: ['instance', 'network-interface'] });
  const changed = new Map(changes.map(({ DeviceName, Ebs }) => [DeviceName, Ebs]));
  for (const { DeviceName = '', Ebs } of image.blockDeviceMappings) {
    if (Ebs !== undefined)
      await addVolume(
        context,
        owner,
        instance,
        DeviceName,
        { ...Ebs, ...defined(changed.get(DeviceName)) },
        tags,
      );
  }
};

const defined = (change: ec2.EbsBlockDevice = {}): ec2.EbsBlockDevice =>
  Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));

const addVolume = async (
  { state, clock, storage }: Ec2Context,
  owner: RegionState,
  instance: InstanceRecord,
  device: string,
  ebs: ec2.EbsBlockDevice,
  tags: ReadonlyMap<string, string>,
): Promise<void> => {
  const snapshot = owner.snapshots.get(ebs.SnapshotId ?? '');
  const performance = checkPerformance({
    sizeGiB: ebs.VolumeSize ?? snapshot?.sizeGiB,
    type: ebs.VolumeType,
    iops: ebs.Iops,
    throughput: ebs.Throughput,
  });
  const key = chooseKey(state, {
    encrypted: ebs.Encrypted,
    kmsKeyId: ebs.KmsKeyId,
    inherited: snapshot?.kmsKey,
  });
  const id = newResourceId('volume');
  const now = new Date(clock.now());
  await storage.createVolume(state, id, performance.sizeGiB, snapshot && storedIn(owner, snapshot));
  state.volumes.insert({
    id,
    ...performance,
    state: 'in-use',
    zone: instance.zone,
    kmsKey: key === unknownKey ? ebs.KmsKeyId : key,
    snapshotId: snapshot?.id,
    createTime: now,
    captures: [],
    attachment: {
      instanceId: instance.id,
      device,
      state: 'attached',
      attachTime: now,
      deleteOnTermination: ebs.DeleteOnTermination ?? true,
    },
    tags,
  });
};
