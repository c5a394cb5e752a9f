import { stepValue } from '../../steps/step.js';
import { minuteMs, type PublishStep } from './step-type.js';
import { deleteVolume } from './volume.js';

/** Deletes the volume that was replaced, now that the new one has proved itself. */
export const retireVolume: PublishStep<'retire'> = {
  name: 'retire',
  title: 'Delete replaced volume',
  timeoutMs: 10 * minuteMs,
  run: async (context) => {
    const { replaced } = stepValue(context, 'volume');
    if (replaced !== null) await deleteVolume(context, replaced);
    return { deletedVolumeId: replaced };
  },
};
