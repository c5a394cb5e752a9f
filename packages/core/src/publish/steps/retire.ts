import { stepValue } from '../../steps/step.js';
import { minuteMs, type PublishContext, type PublishStep } from './step-type.js';
import { deleteVolume } from './volume.js';

/** Deletes the volumes that were replaced, now that the new one has proved itself. */
export const retireVolume: PublishStep<'retire'> = {
  name: 'retire',
  title: 'Delete replaced volume',
  timeoutMs: 10 * minuteMs,
  run: async (context) => ({ deletedVolumeIds: await retire(context) }),
  // Once it has begun, the stream has let go of an old volume, and nobody else would delete it.
  undo: async (context, value) => {
    if (value === undefined) await retire(context);
  },
};

const retire = async (context: PublishContext): Promise<readonly string[]> => {
  const { replaced } = stepValue(context, 'volume');
  for (const volumeId of replaced) {
    await context.intend('unpacker:RemoveDevice', { volumeId });
    await deleteVolume(context, volumeId);
  }
  return replaced;
};
