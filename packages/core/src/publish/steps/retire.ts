import { stepValue } from '../../steps/step.js';
import { minuteMs, type PublishContext, type PublishStep } from './step-type.js';
import { candidates, deleteVolume } from './volume.js';

const removeCall = 'unpacker:RemoveDevice';

/** Deletes the volumes that were replaced, now that the new one has proved itself. */
export const retireVolume: PublishStep<'retire'> = {
  name: 'retire',
  title: 'Delete replaced volume',
  timeoutMs: 10 * minuteMs,
  run: async (context) => {
    const { created, replaced } = stepValue(context, 'volume');
    const left = created ? await leftBehind(context) : [];
    const volumeIds = [...new Set([...replaced, ...left, ...begun(context)])];
    if (volumeIds.length > 0) await context.intend(removeCall, { volumeIds });
    await retire(context, volumeIds);
    return { deletedVolumeIds: volumeIds };
  },
  // Once it has begun, the stream has let go of them, and nobody else would delete them.
  undo: async (context, value) => {
    if (value === undefined) await retire(context, begun(context));
  },
};

/** What an interrupted run was about to delete. */
const begun = (context: PublishContext): string[] => {
  const volumeIds = context.openIntent(removeCall)?.request.volumeIds;
  return Array.isArray(volumeIds) ? volumeIds.map(String) : [];
};

/** Another publication may have given the stream a volume after this one had made its own. */
const leftBehind = async (context: PublishContext): Promise<readonly string[]> => {
  const { services, signal } = context;
  const { client } = await services.connect(signal);
  const status = await client.status({ signal });
  return (await candidates(context, status)).left;
};

const retire = async (context: PublishContext, volumeIds: readonly string[]): Promise<void> => {
  for (const volumeId of volumeIds) await deleteVolume(context, volumeId);
};
