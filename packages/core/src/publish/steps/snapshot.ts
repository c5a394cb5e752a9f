import { AmiPublisherError } from '@ami-publisher/base';
import type { Snapshot } from '@aws-sdk/client-ec2';
import { noId } from '../../cloud/aws-error.js';
import { describeSnapshots } from '../../cloud/describe.js';
import { fromTagList, tagFilter, tagKeys, tagSpecification } from '../../cloud/tags.js';
import { listSettled, sendOnce } from '../../steps/send-once.js';
import { stepValue } from '../../steps/step.js';
import type { Capture } from '../../unpacker/unpacker-client.js';
import type { PublishValues } from '../values.js';
import { minuteMs, type PublishContext, type PublishStep } from './step-type.js';
import { stepOperationId } from './unpack.js';

/** How often a capture that could not be confirmed is taken again. */
const captures = 3;
const createCall = 'ec2:CreateSnapshot';

/**
 * Seals the volume, begins its snapshot, and has the unpacker confirm that the volume was sealed all the while. A snapshot holds what was on
 * the volume when CreateSnapshot was called, so from here on the volume may change.
 */
export const takeSnapshot: PublishStep<'snapshot'> = {
  name: 'snapshot',
  title: 'Begin snapshot',
  timeoutMs: 15 * minuteMs,
  run: async (context) => {
    for (let left = captures; ; left--) {
      const captured = await capture(context, left);
      if (captured !== undefined) return captured;
    }
  },
  undo: async (context, value) => {
    const made = await listSettled(context, createCall, value?.snapshotId, {
      list: () => snapshotsMadeHere(context),
      idOf: ({ SnapshotId }) => SnapshotId,
    });
    for (const { SnapshotId = '' } of made) await deleteSnapshot(context, SnapshotId);
  },
};

/** One try; nothing, with the snapshot deleted, if the volume did not stay sealed and there are tries left. */
const capture = async (
  context: PublishContext,
  left: number,
): Promise<PublishValues['snapshot'] | undefined> => {
  const { services, signal } = context;
  const { generation } = await sealImage(context, left);
  const snapshotId = await createSnapshot(context, generation);
  try {
    await services.unpacker.client.confirmCapture(generation, services.lease, { signal });
  } catch (reason) {
    const isUnconfirmed = reason instanceof AmiPublisherError && reason.code === 'CAPTURE_NOT_CONFIRMED';
    if (!isUnconfirmed || left === 1) throw reason;
    await deleteSnapshot(context, snapshotId);
    await context.refused(createCall);
    return undefined;
  }
  return { snapshotId, generation };
};

/** Seals the volume with the image on it; after an interruption it may hold another release, and is then unpacked again. */
const sealImage = async (context: PublishContext, left: number): Promise<Capture> => {
  const { services, signal, progress: onProgress } = context;
  const { client } = services.unpacker;
  const { options, manifestDigest } = services.plan;
  const seal = (round: number) =>
    client.prepareForCapture(stepOperationId(context, `capture-${left}-${round}`), services.lease, {
      signal,
      onProgress,
    });
  const sealed = await seal(1).catch((reason: unknown) => {
    if (reason instanceof AmiPublisherError && reason.code === 'NOT_SEALABLE') return undefined;
    throw reason;
  });
  if (sealed?.manifestDigest === manifestDigest) return sealed;
  const image = { leaf: options.leaf, manifestDigest };
  await client.prepareForUnpack(stepOperationId(context, `prepare-${left}`), services.lease, {
    signal,
    onProgress,
  });
  await client.unpackImage(stepOperationId(context, `unpack-${left}`), image, services.lease, {
    signal,
    onProgress,
  });
  const again = await seal(2);
  if (again.manifestDigest !== manifestDigest) throw wrongRelease(context, again.leaf);
  return again;
};

const createSnapshot = async (context: PublishContext, generation: number): Promise<string> => {
  const { services, signal } = context;
  const { volumeId } = stepValue(context, 'volume');
  const { stream, leaf } = services.plan.options;
  const name = `${stream}/${leaf}`;
  const tags = { ...services.tags('snapshot', name), [tagKeys.generation]: String(generation) };
  const snapshot = await sendOnce<Snapshot, typeof services, typeof context.values>(context, {
    call: createCall,
    request: { volumeId, generation, description: name },
    find: () => adoptOne(context, generation),
    send: () => {
      services.checkLease();
      return services.ec2.createSnapshot(
        { VolumeId: volumeId, Description: name, TagSpecifications: tagSpecification('snapshot', tags) },
        { signal },
      );
    },
  });
  if (snapshot.SnapshotId === undefined) throw noId('ec2:CreateSnapshot', 'snapshot');
  return snapshot.SnapshotId;
};

/** The snapshot that an earlier request made of this generation; a surplus is deleted. */
const adoptOne = async (context: PublishContext, generation: number): Promise<Snapshot | undefined> => {
  const made = await snapshotsMadeHere(context);
  const isOf = (snapshot: Snapshot) => fromTagList(snapshot.Tags)[tagKeys.generation] === String(generation);
  const adopted = made.find((snapshot) => isOf(snapshot) && snapshot.State !== 'error');
  for (const surplus of made)
    if (surplus !== adopted) await deleteSnapshot(context, surplus.SnapshotId ?? '');
  return adopted;
};

/** The snapshots in this target that carry this publication's tag. */
const snapshotsMadeHere = ({ services, publicationId, signal }: PublishContext): Promise<Snapshot[]> =>
  describeSnapshots(services.ec2, [tagFilter(tagKeys.publication, publicationId)], { signal });

/** Deletes a snapshot; one that is gone is fine. */
const deleteSnapshot = async ({ services, signal }: PublishContext, snapshotId: string): Promise<void> => {
  try {
    await services.ec2.deleteSnapshot({ SnapshotId: snapshotId }, { signal });
  } catch (reason) {
    if (!(reason instanceof AmiPublisherError) || reason.code !== 'AWS_NOT_FOUND') throw reason;
  }
};

const wrongRelease = ({ services }: PublishContext, leaf: string): AmiPublisherError =>
  new AmiPublisherError('CAPTURE_NOT_CONFIRMED', {
    message: `the volume holds ${leaf} instead of ${services.plan.options.leaf}`,
    call: 'unpacker:PrepareForCapture',
    resource: services.plan.options.stream,
    remedy: 'resume the publication',
  });
