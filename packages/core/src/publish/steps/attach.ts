import { AmiPublisherError } from '@ami-publisher/base';
import type { Instance, Volume } from '@aws-sdk/client-ec2';
import { stepValue } from '../../steps/step.js';
import { kmsKeysOf } from '../../unpacker/volumes.js';
import { minuteMs, type PublishContext, type PublishStep } from './step-type.js';

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

/** Attaches the volume to the unpacker's instance and has the unpacker take it for the stream. */
export const attachVolume: PublishStep<'attach'> = {
  name: 'attach',
  title: 'Attach volume',
  timeoutMs: 10 * minuteMs,
  run: async (context) => {
    const { services, signal } = context;
    const { volumeId, created } = stepValue(context, 'volume');
    if (!created) return { device: null };
    const { instanceId } = stepValue(context, 'unpacker');
    const { device, volume } = await ensureAttached(context, volumeId, instanceId);
    const added = { id: volumeId, hint: device, kmsKeys: kmsKeysOf(volume) };
    await services.unpacker.client.addDevice(added, services.lease, { signal });
    await services.ec2.modifyInstanceAttribute(
      {
        InstanceId: instanceId,
        BlockDeviceMappings: [{ DeviceName: device, Ebs: { VolumeId: volumeId, DeleteOnTermination: true } }],
      },
      { signal },
    );
    return { device };
  },
};

const ensureAttached = async (
  context: PublishContext,
  volumeId: string,
  instanceId: string,
): Promise<{ readonly device: string; readonly volume: Volume }> => {
  const { services, signal } = context;
  const wasTried = context.openIntent(attachCall) !== undefined;
  const attached = wasTried
    ? attachmentTo(await services.describeVolume(volumeId, signal), instanceId)
    : undefined;
  const device = attached?.Device ?? (await attach(context, volumeId, instanceId));
  const volume = await services.poller.wait('volume', volumeId, {
    until: (present) => attachmentTo(present, instanceId)?.State === 'attached',
    wanted: `attached to ${instanceId}`,
    timeoutMs: 5 * minuteMs,
    signal,
  });
  return { device, volume };
};

const attachmentTo = (volume: Volume, instanceId: string) =>
  volume.Attachments?.find(
    (attachment) => attachment.InstanceId === instanceId && attachment.State !== 'detached',
  );

/**
 * Several streams may be attached to one instance at once. Each begins its search for a free name at a place of its own; if two meet all the same,
 * AWS refuses the second, which then takes the next.
 */
const attach = async (context: PublishContext, volumeId: string, instanceId: string): Promise<string> => {
  const { services, signal } = context;
  // As it was when the unpacker was connected; a name that was taken since is refused like any other.
  const taken = takenNames(services.unpacker.instance);
  for (const device of namesFor(volumeId).filter((name) => !taken.has(name))) {
    await context.intend(attachCall, { volumeId, instanceId, device });
    try {
      await services.ec2.attachVolume(
        { VolumeId: volumeId, InstanceId: instanceId, Device: device },
        { signal },
      );
      return device;
    } catch (reason) {
      // An earlier request, whose answer was lost, may have done it.
      const present = attachmentTo(await services.describeVolume(volumeId, signal), instanceId);
      if (present?.Device !== undefined) return present.Device;
      if (!isDeviceNameTaken(reason)) throw reason;
    }
  }
  throw new AmiPublisherError('AWS_QUOTA_EXCEEDED', {
    message: `ec2:AttachVolume: ${instanceId} has no free device name for ${volumeId}`,
    call: 'ec2:AttachVolume',
    resource: instanceId,
    remedy: 'remove volumes of streams that are no longer published',
  });
};

const isDeviceNameTaken = (reason: unknown): boolean =>
  reason instanceof AmiPublisherError &&
  reason.code === 'AWS_REJECTED' &&
  /already in use/i.test(reason.message);

const takenNames = (instance: Instance): ReadonlySet<string> =>
  new Set((instance.BlockDeviceMappings ?? []).flatMap(({ DeviceName }) => DeviceName ?? []));
