import { sendOnce } from '../../steps/send-once.js';
import { stepValue } from '../../steps/step.js';
import { minuteMs, type PublishStep } from './step-type.js';
import { detachVolume, removeFromUnpacker } from './volume.js';

/** Deletes the volume that was replaced, now that the new one has proved itself. */
export const retireVolume: PublishStep<'retire'> = {
  name: 'retire',
  title: 'Delete replaced volume',
  timeoutMs: 10 * minuteMs,
  run: async (context) => {
    const { services, signal } = context;
    const { replaced } = stepValue(context, 'volume');
    if (replaced === null) return { deletedVolumeId: null };
    await removeFromUnpacker(context, replaced);
    await detachVolume(context, replaced);
    await sendOnce(context, {
      call: 'ec2:DeleteVolume',
      request: { volumeId: replaced },
      find: async () => undefined,
      send: () => services.ec2.deleteVolume({ VolumeId: replaced }, { signal }),
    });
    return { deletedVolumeId: replaced };
  },
};
