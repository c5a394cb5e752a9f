import { describeVolumes } from '../../cloud/describe.js';
import { stepValue } from '../../steps/step.js';
import { leftVolumes } from '../../unpacker/volumes.js';
import { minuteMs, type PublishContext, type PublishStep } from './step-type.js';
import { deleteVolume } from './volume.js';

/** Deletes the volumes that were replaced, now that the new one has proved itself. */
export const retireVolume: PublishStep<'retire'> = {
  name: 'retire',
  title: 'Delete replaced volume',
  timeoutMs: 10 * minuteMs,
  run: async (context) => {
    const { created, replaced } = stepValue(context, 'volume');
    const volumeIds = new Set([...replaced, ...(created ? await leftBehind(context) : [])]);
    await retire(context, volumeIds);
    return { deletedVolumeIds: [...volumeIds] };
  },
  // Once it has begun, the stream has let go of an old volume, and nobody else would delete it.
  undo: async (context, value) => {
    if (value === undefined) await retire(context, stepValue(context, 'volume').replaced);
  },
};

/** Another publication may have given the stream a volume after this one had made its own. */
const leftBehind = async ({ services, signal }: PublishContext): Promise<string[]> => {
  const { client } = await services.connect(signal);
  const status = await client.status({ signal });
  const free = status.devices.flatMap(({ id, stream }) => (stream === '' ? [id] : []));
  if (free.length === 0) return [];
  const volumes = await describeVolumes(services.ec2, [{ Name: 'volume-id', Values: free }], { signal });
  return leftVolumes(status, volumes, services.plan.options.stream);
};

const retire = async (context: PublishContext, volumeIds: Iterable<string>): Promise<void> => {
  for (const volumeId of volumeIds) {
    await context.intend('unpacker:RemoveDevice', { volumeId });
    await deleteVolume(context, volumeId);
  }
};
