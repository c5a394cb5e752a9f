import { stepValue } from '../../steps/step.js';
import { kmsKeysOf } from '../../unpacker/volumes.js';
import { deleteOnTermination, ensureAttached } from '../../volumes/attach-volume.js';
import { minuteMs, type PublishStep } from './step-type.js';

/** Attaches the volume to the unpacker's instance and has the unpacker take it for the stream. */
export const attachVolume: PublishStep<'attach'> = {
  name: 'attach',
  title: 'Attach volume',
  timeoutMs: 10 * minuteMs,
  run: async (context) => {
    const { services, signal } = context;
    const { volumeId, created } = stepValue(context, 'volume');
    if (!created) return { device: null };
    const { client, instance } = services.unpacker;
    const attach = () => ensureAttached(context, volumeId, instance);
    const attached = await client.whileAttaching(volumeId, attach, { signal });
    const added = { id: volumeId, hint: attached.device, kmsKeys: kmsKeysOf(attached.volume) };
    await client.addDevice(added, services.lease, { signal });
    await deleteOnTermination(context, attached, instance);
    return { device: attached.device };
  },
};
