import { AmiPublisherError } from '@ami-publisher/base';
import type { Instance, Volume } from '@aws-sdk/client-ec2';
import { minuteMs } from '../steps/step.js';
import { describeVolume } from './find-volume.js';
import type { VolumeContext } from './volume-context.js';

const attachCall = 'ec2:AttachVolume';

const letters = [...'bcdefghijklmnopqrstuvwxyz'];
/** Device names for EBS volumes (reference 4.5); the unpacker finds the true one by the volume's identity. */
const firstNames = letters.map((letter) => `/dev/sd${letter}`);
const furtherNames = letters.flatMap((first) =>
  [...'abcdefghijklmnopqrstuvwxyz'].map((second) => `/dev/xvd${first}${second}`),
);

/** The names in the order in which they are tried for a volume: all `/dev/sd` first, from one on that follows from its id. */
const namesFor = (volumeId: string): string[] => {
  const start = Number.parseInt(volumeId.slice(-6), 16) % firstNames.length || 0;
  return [...firstNames.slice(start), ...firstNames.slice(0, start), ...furtherNames];
};

/** The name that a volume gets at an instance that has no other. */
export const firstNameFor = (volumeId: string): string => namesFor(volumeId)[0] ?? '';

/** Of an instance, what attaching to it asks for. */
export type AttachTo = Pick<Instance, 'InstanceId' | 'BlockDeviceMappings'>;

/** A volume that is attached, and where. */
export interface Attached {
  readonly device: string;
  readonly volume: Volume;
}

/** Attaches a volume to an instance unless an earlier run has, and waits until it is. @throws `AWS_QUOTA_EXCEEDED` without a free name. */
export const ensureAttached = async (
  context: VolumeContext,
  volumeId: string,
  instance: AttachTo,
): Promise<Attached> => {
  const { services, signal } = context;
  const { InstanceId = '' } = instance;
  const wasTried = context.openIntent(attachCall) !== undefined;
  const attached = wasTried ? attachmentTo(await describeVolume(context, volumeId), InstanceId) : undefined;
  const device = attached?.Device ?? (await attach(context, volumeId, instance));
  const volume = await services.poller.wait('volume', volumeId, {
    until: (present) => attachmentTo(present, InstanceId)?.State === 'attached',
    wanted: `attached to ${InstanceId}`,
    timeoutMs: 5 * minuteMs,
    signal,
  });
  return { device, volume };
};

/** Has an attached volume go when its instance is terminated. */
export const deleteOnTermination = async (
  { services, signal }: VolumeContext,
  { device, volume }: Attached,
  { InstanceId }: AttachTo,
): Promise<void> => {
  const Ebs = { VolumeId: volume.VolumeId, DeleteOnTermination: true };
  await services.ec2.modifyInstanceAttribute(
    { InstanceId, BlockDeviceMappings: [{ DeviceName: device, Ebs }] },
    { signal },
  );
};

const attachmentTo = (volume: Volume, instanceId: string) =>
  volume.Attachments?.find(
    (attachment) => attachment.InstanceId === instanceId && attachment.State !== 'detached',
  );

/**
 * Several volumes may be attached to one instance at once. Each begins its search for a free name at a place of its own; if two meet all the same,
 * AWS refuses the second, which then takes the next.
 */
const attach = async (context: VolumeContext, volumeId: string, instance: AttachTo): Promise<string> => {
  const { services, signal } = context;
  const { InstanceId = '' } = instance;
  // As it was when the instance was looked up; a name that was taken since is refused like any other.
  const taken = takenNames(instance);
  for (const device of namesFor(volumeId).filter((name) => !taken.has(name))) {
    await context.intend(attachCall, { volumeId, instanceId: InstanceId, device });
    try {
      await services.ec2.attachVolume({ VolumeId: volumeId, InstanceId, Device: device }, { signal });
      return device;
    } catch (reason) {
      // An earlier request, whose answer was lost, may have done it.
      const present = attachmentTo(await describeVolume(context, volumeId), InstanceId);
      if (present?.Device !== undefined) return present.Device;
      if (!isDeviceNameTaken(reason)) throw reason;
    }
  }
  throw new AmiPublisherError('AWS_QUOTA_EXCEEDED', {
    message: `ec2:AttachVolume: ${InstanceId} has no free device name for ${volumeId}`,
    call: 'ec2:AttachVolume',
    resource: InstanceId,
    remedy: 'remove volumes of streams that are no longer published',
  });
};

const isDeviceNameTaken = (reason: unknown): boolean =>
  reason instanceof AmiPublisherError &&
  reason.code === 'AWS_REJECTED' &&
  /already in use/i.test(reason.message);

const takenNames = ({ BlockDeviceMappings = [] }: AttachTo): ReadonlySet<string> =>
  new Set(BlockDeviceMappings.flatMap(({ DeviceName }) => DeviceName ?? []));
