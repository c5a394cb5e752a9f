import { clientToken } from '@ami-publisher/base';
import type { Volume } from '@aws-sdk/client-ec2';
import { describeVolumes } from '../../cloud/describe.js';
import { tagFilter, tagKeys, tagSpecification, toTagList } from '../../cloud/tags.js';
import { listSettled } from '../../steps/send-once.js';
import { stepValue } from '../../steps/step.js';
import { targetKey } from '../../target/target.js';
import { lastCaptures, leftVolumes } from '../../unpacker/captures.js';
import type { UnpackerStatus } from '../../unpacker/unpacker-client.js';
import {
  chooseVolume,
  deviceFacts,
  newVolume,
  type VolumeFacts,
  volumeFacts,
} from '../../unpacker/volumes.js';
import { createVolume, createVolumeCall } from '../../volumes/create-volume.js';
import { deleteVolume as deleteAnyVolume } from '../../volumes/delete-volume.js';
import { minuteMs, type PublishContext, type PublishStep } from './step-type.js';

/** Chooses the stream's volume, or creates one. */
export const provideVolume: PublishStep<'volume'> = {
  name: 'volume',
  title: 'Provide volume',
  timeoutMs: 10 * minuteMs,
  run: async (context) => {
    const { services, signal } = context;
    const { client } = services.unpacker;
    const status = await client.status({ signal });
    const { options } = services.plan;
    const need = {
      stream: options.stream,
      sizeGiB: services.planned.volumeSizeGiB,
      kmsKey: services.planned.kmsKey ?? undefined,
    };
    // What an earlier run asked for may be there and nobody else's: it is taken, whatever the stream has got meanwhile.
    const wasAskedFor = context.openIntent(createVolumeCall) !== undefined;
    const { volumes, left } = wasAskedFor ? nothing : await candidates(context, status);
    const choice = wasAskedFor ? newVolume(status, need) : chooseVolume(status, volumes, need);
    const { sizeGiB } = choice;
    if (choice.action === 'create') {
      const volumeId = await createStreamVolume(context, sizeGiB);
      const replaced = [...choice.replaced, ...left];
      return { volumeId, sizeGiB, created: true, tooSmall: false, replaced };
    }
    const { volumeId } = choice;
    if (choice.action === 'adopt') {
      const kmsKeys = volumes.find((volume) => volume.volumeId === volumeId)?.kmsKeys ?? [];
      await nameStream(context, volumeId);
      await client.associateStream({ id: volumeId, kmsKeys }, services.lease, { signal });
    }
    const replaced = left.filter((id) => id !== volumeId);
    return { volumeId, sizeGiB, created: false, tooSmall: choice.action === 'grow', replaced };
  },
  undo: async (context, value) => {
    const made = await listSettled(context, createVolumeCall, value?.created ? value.volumeId : undefined, {
      list: () => volumesMadeHere(context),
      idOf: ({ VolumeId }) => VolumeId,
    });
    for (const { VolumeId = '' } of made) await deleteVolume(context, VolumeId);
  },
};

/** By this tag a volume is found while its unpacker is stopped. */
const nameStream = async ({ services, signal }: PublishContext, volumeId: string): Promise<void> => {
  const Tags = toTagList({ [tagKeys.stream]: services.plan.options.stream });
  await services.ec2.createTags({ Resources: [volumeId], Tags }, { signal });
};

/** Volumes that a stream may take, and those that it has left. */
export interface Candidates {
  /** The stream's own volume and the free ones. */
  readonly volumes: readonly VolumeFacts[];
  /** Volumes that the stream has left behind. */
  readonly left: readonly string[];
}

const nothing: Candidates = { volumes: [], left: [] };

/** EC2 is asked only if there are free volumes, or the unpacker does not know enough of the stream's own. */
export const candidates = async (
  { services, signal }: PublishContext,
  status: UnpackerStatus,
): Promise<Candidates> => {
  const { ec2 } = services;
  const { stream } = services.plan.options;
  const own = status.devices.find((device) => device.stream === stream);
  const known = own && deviceFacts(own);
  const unknown = own !== undefined && known === undefined ? [own.id] : [];
  const free = status.devices.flatMap((device) => (device.stream === '' ? [device.id] : []));
  const ids = [...unknown, ...free];
  const volumes =
    ids.length === 0 ? [] : await describeVolumes(ec2, [{ Name: 'volume-id', Values: ids }], { signal });
  return {
    volumes: [...(known === undefined ? [] : [known]), ...volumes.map(volumeFacts)],
    left: await leftVolumes(ec2, status, volumes, stream, { signal }),
  };
};

const createStreamVolume = async (context: PublishContext, sizeGiB: number): Promise<string> => {
  const { services, target, publicationId, attempt } = context;
  const { options } = services.plan;
  const { [tagKeys.expiresAt]: _imageOnly, ...tags } = services.tags('volume', 'image unpacker');
  const { kmsKey } = services.planned;
  const request = {
    AvailabilityZone: stepValue(context, 'unpacker').availabilityZone,
    Size: sizeGiB,
    VolumeType: 'gp3' as const,
    Encrypted: true,
    Iops: options.iops,
    Throughput: options.throughputMiBps,
    ClientToken: clientToken(publicationId, targetKey(target), 'volume', attempt),
    TagSpecifications: tagSpecification('volume', {
      ...tags,
      ...(kmsKey !== null && { [tagKeys.kmsKey]: kmsKey }),
    }),
    ...(kmsKey !== null && { KmsKeyId: kmsKey }),
  };
  return createVolume(context, request);
};

/** Volumes that this publication created and no other has used since. */
const volumesMadeHere = async ({ services, publicationId, signal }: PublishContext): Promise<Volume[]> => {
  const made = await describeVolumes(services.ec2, [tagFilter(tagKeys.publication, publicationId)], {
    signal,
  });
  const ids = made.flatMap(({ VolumeId }) => VolumeId ?? []);
  const captures = await lastCaptures(services.ec2, ids, { signal });
  return made.filter(({ VolumeId = '' }) => {
    const last = captures.get(VolumeId)?.publication;
    return last === undefined || last === publicationId;
  });
};

/** Takes a volume from its unpacker and deletes it; one that is gone is fine. */
export const deleteVolume = (context: PublishContext, volumeId: string): Promise<void> =>
  deleteAnyVolume(context, volumeId, () => removeFromUnpacker(context, volumeId));

/** Has the unpacker forget a device of the stream. */
const removeFromUnpacker = async ({ services, signal }: PublishContext, volumeId: string): Promise<void> => {
  const { client } = await services.connect(signal);
  const lease = await services.acquireLease(signal);
  const status = await client.status({ signal });
  if (status.devices.some(({ id }) => id === volumeId))
    await client.removeDevice(volumeId, lease, { signal });
};
