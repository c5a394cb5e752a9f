import { tagKeys } from '@ami-publisher/core';
import type { ImageRecord, SnapshotRecord, VolumeRecord } from '../model/records.js';
import type { Place, RegionState } from '../model/region-state.js';
import type { Resource } from '../model/table.js';

export interface AuditOptions {
  /** Publications that go on or can be resumed: their snapshots and volumes may wait for their AMIs. */
  readonly open?: Iterable<string> | undefined;
  /** Publications that were undone: nothing of theirs may be left, but for a volume that another publication has used since. */
  readonly rolledBack?: Iterable<string> | undefined;
}

/** A resource that is not as it should be. */
export interface AuditFinding extends Place {
  readonly id: string;
  readonly publication: string;
  readonly reason: string;
}

/** Two or more where one should be. */
export interface DuplicateFinding extends Place {
  readonly kind: 'image' | 'snapshot';
  readonly ids: readonly string[];
  readonly publication: string;
}

/** An AMI that does not hold what its tag says. */
export interface MislabelFinding extends Place {
  readonly id: string;
  readonly publication: string;
  /** Manifest digest of its tag. */
  readonly labelled: string;
  /** Manifest digest of what was on the volume when the snapshot was begun; undefined for no image. */
  readonly held: string | undefined;
}

/** Empty lists if all is well. */
export interface AuditReport {
  readonly orphans: readonly AuditFinding[];
  readonly duplicates: readonly DuplicateFinding[];
  readonly mislabels: readonly MislabelFinding[];
}

interface Publications {
  readonly open: ReadonlySet<string>;
  readonly rolledBack: ReadonlySet<string>;
}

type Orphan = readonly [resource: Resource, reason: string];

/**
 * Compares what publications left with what they should have, from the model's own books: what {@link SnapshotRecord.content} says was on
 * the volume, not what anybody tagged.
 */
export const audit = (states: readonly RegionState[], options: AuditOptions): AuditReport => {
  const publications = { open: new Set(options.open), rolledBack: new Set(options.rolledBack) };
  return {
    orphans: states.flatMap((state) => orphansIn(state, publications)),
    duplicates: states.flatMap(duplicatesIn),
    mislabels: states.flatMap(mislabelsIn),
  };
};

const publicationOf = ({ tags }: Resource): string | undefined => tags.get(tagKeys.publication);

const streamOf = ({ tags }: Resource): string | undefined => tags.get(tagKeys.stream);

const snapshotIdsOf = ({ blockDeviceMappings }: ImageRecord): string[] =>
  blockDeviceMappings.flatMap(({ Ebs }) => Ebs?.SnapshotId ?? []);

const orphansIn = (state: RegionState, publications: Publications): AuditFinding[] =>
  [
    ...leftImages(state.images.list(), publications),
    ...leftSnapshots(state, publications),
    ...leftVolumes(state, publications),
  ].map(([resource, reason]) => ({
    accountId: state.accountId,
    region: state.region,
    id: resource.id,
    publication: publicationOf(resource) ?? '',
    reason,
  }));

const leftImages = (images: readonly ImageRecord[], { rolledBack }: Publications): Orphan[] =>
  images
    .filter((image) => rolledBack.has(publicationOf(image) ?? ''))
    .map((image) => [image, 'its publication was rolled back']);

const leftSnapshots = (state: RegionState, { open, rolledBack }: Publications): Orphan[] => {
  const used = new Set(state.images.list().flatMap(snapshotIdsOf));
  return state.snapshots.list().flatMap((snapshot): Orphan[] => {
    const publication = publicationOf(snapshot);
    if (publication === undefined) return [];
    if (rolledBack.has(publication)) return [[snapshot, 'its publication was rolled back']];
    return used.has(snapshot.id) || open.has(publication) ? [] : [[snapshot, 'no AMI has it']];
  });
};

const leftVolumes = (state: RegionState, { open, rolledBack }: Publications): Orphan[] => {
  const volumes = state.volumes.list();
  // One that has its AMI and goes on deletes what it has replaced, and may have begun to.
  const streamsInClearance = new Set(
    state.images.list().flatMap((image) => (open.has(publicationOf(image) ?? '') ? [streamOf(image)] : [])),
  );
  return volumes.flatMap((volume): Orphan[] => {
    const publication = publicationOf(volume);
    if (publication === undefined || volume.state === 'deleting') return [];
    const wasUsedByOthers = volume.captures.some((capture) => capture.publication !== publication);
    if (rolledBack.has(publication) && !wasUsedByOthers) return [[volume, 'its publication was rolled back']];
    if (open.has(publication) || streamsInClearance.has(streamOf(volume))) return [];
    if (volume.attachment === undefined) return [[volume, 'no unpacker has it']];
    const successor = volumes.find((other) => {
      const replacedBy = publicationOf(other) ?? '';
      // One that goes on will still delete the old volume; one that was rolled back has left it to the stream.
      return isNewerVolume(other, volume) && !open.has(replacedBy) && !rolledBack.has(replacedBy);
    });
    return successor === undefined ? [] : [[volume, `${successor.id} has taken its place`]];
  });
};

/** Whether a volume has taken the place of another: same stream, same instance, more recently captured. */
const isNewerVolume = (candidate: VolumeRecord, volume: VolumeRecord): boolean =>
  candidate !== volume &&
  streamOf(volume) !== undefined &&
  streamOf(candidate) === streamOf(volume) &&
  candidate.attachment?.instanceId === volume.attachment?.instanceId &&
  generationOf(candidate) > generationOf(volume);

const generationOf = ({ captures }: VolumeRecord): number => captures.at(-1)?.generation ?? 0;

const duplicatesIn = (state: RegionState): DuplicateFinding[] => [
  ...moreThanOne('image', state, state.images.list()),
  ...moreThanOne('snapshot', state, state.snapshots.list()),
];

const moreThanOne = (
  kind: DuplicateFinding['kind'],
  { accountId, region }: Place,
  resources: readonly Resource[],
): DuplicateFinding[] => {
  const byPublication = new Map<string, string[]>();
  for (const resource of resources) {
    const publication = publicationOf(resource);
    if (publication === undefined) continue;
    byPublication.set(publication, [...(byPublication.get(publication) ?? []), resource.id]);
  }
  return [...byPublication]
    .filter(([, ids]) => ids.length > 1)
    .map(([publication, ids]) => ({ accountId, region, kind, ids, publication }));
};

const mislabelsIn = (state: RegionState): MislabelFinding[] =>
  state.images.list().flatMap((image) => {
    const labelled = image.tags.get(tagKeys.manifestDigest);
    if (labelled === undefined) return [];
    const held = rootSnapshot(state, image)?.content?.manifestDigest;
    if (held === labelled) return [];
    const { accountId, region } = state;
    return [{ accountId, region, id: image.id, publication: publicationOf(image) ?? '', labelled, held }];
  });

const rootSnapshot = ({ snapshots }: RegionState, image: ImageRecord): SnapshotRecord | undefined => {
  const root = image.blockDeviceMappings.find(
    ({ DeviceName }) => DeviceName === image.properties.RootDeviceName,
  );
  return snapshots.get(root?.Ebs?.SnapshotId ?? '');
};
