import { describeVolumes } from '../../cloud/describe.js';
import { stepValue } from '../../steps/step.js';
import { leftVolumes } from '../../unpacker/captures.js';
import { minuteMs, type PublishContext, type PublishStep } from './step-type.js';
import { deleteVolume } from './volume.js';

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
const leftBehind = async ({ services, signal }: PublishContext): Promise<string[]> => {
  const { client } = await services.connect(signal);
  const status = await client.status({ signal });
  const free = status.devices.flatMap(({ id, stream }) => (stream === '' ? [id] : []));
  if (free.length === 0) return [];
  const volumes = await describeVolumes(services.ec2, [{ Name: 'volume-id', Values: free }], { signal });
  return leftVolumes(services.ec2, status, volumes, services.plan.options.stream, { signal });
};

const retire = async (context: PublishContext, volumeIds: readonly string[]): Promise<void> => {
  for (const volumeId of volumeIds) await deleteVolume(context, volumeId);
};
