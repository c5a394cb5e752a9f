import { clientToken, invalidOption } from '@ami-publisher/base';
import { describeVolumes } from '../cloud/describe.js';
import { checkTags, type Tags, tagFilter, tagKeys, tagSpecification } from '../cloud/tags.js';
import type { Change, ChangeContext, Command, PlanContext } from '../operations/command.js';
import { planEachTarget } from '../operations/plan-each-target.js';
import { listSettled } from '../steps/send-once.js';
import { minuteMs } from '../steps/step.js';
import { formatTarget, type Target, targetKey } from '../target/target.js';
import { noUnpacker } from '../unpacker/instances.js';
import { asOperatorClient } from '../unpacker/operator.js';
import { gibibyte } from '../unpacker/volumes.js';
import { deleteOnTermination, ensureAttached } from './attach-volume.js';
import { createVolume, createVolumeCall } from './create-volume.js';
import { deleteVolume } from './delete-volume.js';

export interface AddVolumesRequest {
  /** 1 to 16,384. */
  readonly sizeGiB: number;
  readonly tags?: Tags | undefined;
  /** ARN, id or alias. @default the account's EBS key */
  readonly kmsKey?: string | undefined;
  /** Leaves an unpacker alone that has a free volume of the size or more. @default false */
  readonly ifNoneFree?: boolean | undefined;
}

interface AddVolume extends Change {
  readonly sizeGiB: number;
  readonly tags: Tags;
  readonly kmsKey: string | null;
}

/** gp3, as of 2024 (EBS user guide, "General Purpose SSD volumes"). */
const largestGiB = 16_384;

/** `add-volumes`: a free volume for the unpacker of each target, which a stream takes when it needs one. */
export const addVolumes: Command<AddVolumesRequest, AddVolume, { readonly volumeId: string }> = {
  name: 'add-volumes',
  destroys: false,
  timeoutMs: 15 * minuteMs,
  plan: (context, { sizeGiB, tags = {}, kmsKey, ifNoneFree = false }) => {
    if (!Number.isInteger(sizeGiB) || sizeGiB < 1 || sizeGiB > largestGiB)
      throw invalidOption('sizeGiB', `a whole number from 1 to ${largestGiB}`, sizeGiB);
    checkTags(tags);
    const fleet = context.fleet();
    return planEachTarget(context, async (target) => {
      const { instances } = await fleet.find(target, '', context);
      const [best] = instances;
      if (best === undefined) throw noUnpacker(fleet.instanceName, formatTarget(target));
      const resource = best.InstanceId ?? '';
      if (ifNoneFree && (await hasFree(context, target, resource, sizeGiB))) return [];
      const text = `create a volume of ${sizeGiB} GiB for ${resource} (${best.State?.Name})`;
      return [{ call: createVolumeCall, resource, text, sizeGiB, tags, kmsKey: kmsKey ?? null }];
    });
  },
  run: async (context, change) => {
    const { services, signal, target } = context;
    const { resource: instanceId } = change;
    const { client, instance } = await services.fleet().connect(target, '', { signal, instanceId });
    try {
      const volumeId = await createVolume(context, {
        ...requestOf(context, change),
        AvailabilityZone: instance.Placement?.AvailabilityZone,
      });
      const attach = () => ensureAttached(context, volumeId, instance);
      const attached = await client.whileAttaching(volumeId, attach, { signal });
      const { devices } = await client.status({ signal });
      if (!devices.some(({ id }) => id === volumeId))
        await asOperatorClient(client).claimDevice(volumeId, { force: false }, { signal });
      await deleteOnTermination(context, attached, instance);
      return { volumeId };
    } finally {
      client.close();
    }
  },
  undo: async (context, change, done) => {
    const { services, signal, publicationId } = context;
    const made = await listSettled(context, createVolumeCall, done?.volumeId, {
      list: () => describeVolumes(services.ec2, [tagFilter(tagKeys.publication, publicationId)], { signal }),
      idOf: ({ VolumeId }) => VolumeId,
    });
    for (const { VolumeId = '' } of made)
      await deleteVolume(context, VolumeId, () => forgetFreeDevice(context, change.resource, VolumeId));
  },
};

const hasFree = async (
  context: PlanContext,
  target: Target,
  instanceId: string,
  sizeGiB: number,
): Promise<boolean> => {
  const [answer] = await context.fleet().list([target], context);
  if (answer === undefined || 'error' in answer) throw answer?.error ?? new TypeError('no answer');
  const status = answer.value.find((listing) => listing.instanceId === instanceId)?.status;
  return (
    status?.devices.some(({ stream, sizeBytes }) => stream === '' && sizeBytes >= sizeGiB * gibibyte) === true
  );
};

const requestOf = (context: ChangeContext, { sizeGiB, tags, kmsKey }: AddVolume) => {
  const { publicationId, target, attempt } = context;
  const own = {
    [tagKeys.name]: 'image unpacker',
    [tagKeys.publication]: publicationId,
    [tagKeys.step]: 'add-volumes',
    ...(kmsKey !== null && { [tagKeys.kmsKey]: kmsKey }),
  };
  return {
    Size: sizeGiB,
    VolumeType: 'gp3' as const,
    Encrypted: true,
    ClientToken: clientToken(publicationId, targetKey(target), 'add-volumes', attempt),
    TagSpecifications: tagSpecification('volume', { ...tags, ...own }),
    ...(kmsKey !== null && { KmsKeyId: kmsKey }),
  };
};

/** Has the unpacker of an instance forget a device that no stream has; one that it does not know is fine. */
export const forgetFreeDevice = async (
  { services, signal, target }: ChangeContext,
  instanceId: string,
  volumeId: string,
): Promise<void> => {
  const { client, status } = await services.fleet().connect(target, '', { signal, instanceId });
  try {
    if (!status.devices.some(({ id }) => id === volumeId)) return;
    await asOperatorClient(client).removeDevice(volumeId, 'free', { signal });
  } finally {
    client.close();
  }
};
