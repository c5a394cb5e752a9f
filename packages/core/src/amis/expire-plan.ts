import type { Filter, Image, Instance, Tag, Volume } from '@aws-sdk/client-ec2';
import { describeImages, describeInstances, describeSnapshots, describeVolumes } from '../cloud/describe.js';
import type { CallOptions, Ec2Api } from '../cloud/ec2-api.js';
import { fromTagList, tagKeys } from '../cloud/tags.js';
import type { Change, PlanContext } from '../operations/command.js';
import { idOf, volumesGoingWith } from '../unpacker/instances.js';
import { type AmiDeletion, planAmiDeletions } from './delete-ami.js';
import { expiryKeys, expiryOf } from './expiry.js';
import { imageIdOf, protectionOf, snapshotIdsOf } from './look-up.js';
import { planSnapshotDeletions, type SnapshotDeletion } from './snapshot-deletion.js';

/** Of instances and volumes. */
export interface ExpiredChange extends Change {
  readonly call: 'ec2:TerminateInstances' | 'ec2:DeleteVolume';
}

export type ExpireChange = AmiDeletion | ExpiredChange | SnapshotDeletion;

export interface ExpirePlanning extends CallOptions, Pick<PlanContext, 'note'> {
  /** One time for all targets, ms since the Unix epoch. */
  readonly now: number;
}

const isTagged: Filter[] = [{ Name: 'tag-key', Values: [...expiryKeys] }];

/** What is due in a target, in an order that works: AMIs before their snapshots, instances before their volumes. */
export const planExpiry = async (ec2: Ec2Api, planning: ExpirePlanning): Promise<ExpireChange[]> => {
  const images = await dueImages(ec2, planning);
  const instances = due(await describeInstances(ec2, isTagged, planning), idOf, planning);
  return [
    ...(await planAmiDeletions(ec2, images, null, planning)),
    ...instances.filter(isThere).map(termination),
    ...(await planSnapshots(ec2, images, planning)),
    ...(await planVolumes(ec2, instances, planning)),
  ];
};

interface Tagged {
  readonly Tags?: Tag[] | undefined;
}

/** Those that are due; a tag that is no time is told. */
const due = <T extends Tagged>(
  resources: readonly T[],
  nameOf: (resource: T) => string,
  { now, note }: ExpirePlanning,
): T[] =>
  resources.filter((resource) => {
    const { isDue, problem } = expiryOf(resource.Tags, now);
    if (problem !== undefined) note(`${nameOf(resource)}: ${problem}`);
    return isDue;
  });

const dueImages = async (ec2: Ec2Api, planning: ExpirePlanning): Promise<Image[]> => {
  const images = due(await describeImages(ec2, isTagged, planning), imageIdOf, planning);
  return images.filter((image) => {
    const why = protectionOf(image) ?? enabledAgain(image, planning.now);
    if (why !== undefined) planning.note(`${imageIdOf(image)} is due and stays: ${why}`);
    return why === undefined;
  });
};

/** Somebody wants a retired AMI after all. */
const enabledAgain = ({ State, Tags }: Image, now: number): string | undefined =>
  State === 'available' && !expiryOf(Tags, now, [tagKeys.expiresAt]).isDue
    ? `it was enabled again; take its tag ${tagKeys.deleteAfter} off, or delete it again`
    : undefined;

const isThere = ({ State }: Instance): boolean =>
  State?.Name !== 'terminated' && State?.Name !== 'shutting-down';

const termination = (instance: Instance): ExpiredChange => {
  const { [tagKeys.name]: name } = fromTagList(instance.Tags);
  const id = idOf(instance);
  const volumes = volumesGoingWith(instance);
  const text = [
    `terminate ${name === undefined ? id : `${id} (${name})`}`,
    ...(volumes.length === 0 ? [] : [`with the volumes ${volumes.join(', ')}`]),
  ].join(', ');
  return { call: 'ec2:TerminateInstances', resource: id, text };
};

/** All that are due but those that go with their AMI. */
const planSnapshots = async (
  ec2: Ec2Api,
  images: readonly Image[],
  planning: ExpirePlanning,
): Promise<SnapshotDeletion[]> => {
  const ofImages = new Set(images.flatMap(snapshotIdsOf));
  const snapshots = due(
    await describeSnapshots(ec2, isTagged, planning),
    ({ SnapshotId = '' }) => SnapshotId,
    planning,
  );
  const ids = snapshots.flatMap(({ SnapshotId = '' }) => (ofImages.has(SnapshotId) ? [] : SnapshotId));
  return planSnapshotDeletions(ec2, ids, null, planning);
};

/** All that are due but those that go with their instance, or are on one that stays. */
const planVolumes = async (
  ec2: Ec2Api,
  instances: readonly Instance[],
  planning: ExpirePlanning,
): Promise<ExpiredChange[]> => {
  const ending = new Set(instances.map(idOf));
  const volumes = due(await describeVolumes(ec2, isTagged, planning), volumeIdOf, planning);
  return volumes.flatMap((volume): ExpiredChange[] => {
    const id = volumeIdOf(volume);
    if (volume.State === 'deleting' || volume.State === 'deleted') return [];
    for (const { InstanceId = '', DeleteOnTermination } of volume.Attachments ?? []) {
      if (ending.has(InstanceId) && DeleteOnTermination === true) return [];
      if (ending.has(InstanceId)) continue;
      planning.note(`${id} is due and stays: it is attached to ${InstanceId}, which stays`);
      return [];
    }
    return [{ call: 'ec2:DeleteVolume', resource: id, text: `delete ${id}` }];
  });
};

const volumeIdOf = ({ VolumeId = '' }: Volume): string => VolumeId;
