import type { Volume } from '@aws-sdk/client-ec2';
import { describeVolumes } from '../cloud/describe.js';
import type { Ec2Api } from '../cloud/ec2-api.js';
import { fromTagList, tagKeys } from '../cloud/tags.js';
import type { Change, Command, PlanContext } from '../operations/command.js';
import { planEachTarget } from '../operations/plan-each-target.js';
import { minuteMs } from '../steps/step.js';
import { formatTarget, type Target } from '../target/target.js';
import type { UnpackerListing } from '../unpacker/fleet.js';
import { forgetFreeDevice } from './add-volumes.js';
import { deleteVolume } from './delete-volume.js';

interface RemoveVolume extends Change {
  readonly instanceId: string;
}

/**
 * `remove-unused-volumes`: deletes the volumes that unpackers have and no stream uses, and those of ours that are attached to an unpacker that does
 * not know them, which an interrupted removal leaves.
 */
export const removeUnusedVolumes: Command<Record<never, never>, RemoveVolume, null> = {
  name: 'remove-unused-volumes',
  destroys: true,
  timeoutMs: 15 * minuteMs,
  plan: (context) =>
    planEachTarget(context, async (target, ec2) => {
      const listings = await unpackersOf(context, target);
      const changes: RemoveVolume[] = [];
      for (const { instanceId, state, status } of listings) {
        if (status === undefined) {
          context.note(
            `${formatTarget(target)}: ${instanceId} is ${state}, and was not asked for its volumes`,
          );
          continue;
        }
        const streams = new Map(status.devices.map(({ id, stream }) => [id, stream]));
        const attached = await volumesAt(ec2, instanceId, context);
        changes.push(...attached.flatMap((volume) => removalOf(volume, instanceId, streams)));
      }
      return changes;
    }),
  run: async (context, { resource, instanceId }) => {
    // A volume that a stream has taken meanwhile is refused by the unpacker.
    await deleteVolume(context, resource, () => forgetFreeDevice(context, instanceId, resource));
    return null;
  },
};

/** @throws the error of the first unpacker that should answer and does not: what it has cannot be told. */
const unpackersOf = async (context: PlanContext, target: Target): Promise<readonly UnpackerListing[]> => {
  const [answer] = await context.fleet().list([target], context);
  if (answer === undefined || 'error' in answer) throw answer?.error ?? new TypeError('no answer');
  const silent = answer.value.find(({ error }) => error !== undefined);
  if (silent?.error !== undefined) throw silent.error;
  return answer.value;
};

const volumesAt = (ec2: Ec2Api, instanceId: string, context: PlanContext): Promise<Volume[]> =>
  describeVolumes(ec2, [{ Name: 'attachment.instance-id', Values: [instanceId] }], context);

/** Free where the unpacker says so; forgotten where it does not know a volume that carries our tags. */
const removalOf = (
  { VolumeId = '', Size, Tags }: Volume,
  instanceId: string,
  streams: ReadonlyMap<string, string>,
): RemoveVolume[] => {
  const stream = streams.get(VolumeId);
  const isOurs = Object.keys(fromTagList(Tags)).some((key) =>
    [tagKeys.publication, tagKeys.stream].includes(key as never),
  );
  if (stream === undefined ? !isOurs : stream !== '') return [];
  const why = stream === undefined ? 'not known to its unpacker' : 'of no stream';
  const text = `delete ${VolumeId} (${Size} GiB, ${why}) of ${instanceId}`;
  return [{ call: 'ec2:DeleteVolume', resource: VolumeId, text, instanceId }];
};
