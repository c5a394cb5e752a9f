import type { JournalRecord } from '../../steps/journal.js';
import type { Json } from '../../steps/json.js';
import { type Target, targetKey } from '../../target/target.js';
import { estimatePlan, type TargetEstimate } from '../estimate/estimate.js';
import { resolvePublishOptions } from '../options.js';
import type { PublicationPlan } from '../plan.js';
import type { PublishStepName, PublishValues } from '../values.js';
import type { TaggedResources } from './find.js';

const nothing: TargetEstimate = {
  durationMs: 0,
  durationBasis: 'assumed',
  addedVolumeGiB: 0,
  addedSnapshotGiBAtMost: 0,
  addedUsdPerMonthAtMost: 0,
};

/** As much of the plan as undoing needs. What the tags do not tell has the value of a publication without wishes. */
export const planOfTags = (
  publicationId: string,
  target: Target,
  { origin, images }: TaggedResources,
  now: number,
): PublicationPlan => {
  const { stream = '', leaf = '', manifestDigest = '' } = origin ?? {};
  const targets = { targets: [target], failures: [], notices: [] };
  return {
    publicationId,
    createdAt: new Date(now).toISOString(),
    // Whether it protected its AMIs is not told; undoing takes protection off where it stands in the way.
    options: resolvePublishOptions({ stream, leaf, targets, deregistrationProtection: true }, now),
    manifestDigest,
    usageBytes: 0,
    contentBytes: 0,
    entryCount: 0,
    amiName: images[0]?.name ?? '',
    targets: [
      {
        target: { ...target },
        kmsKey: null,
        bestEffort: false,
        instanceId: '',
        instanceState: '',
        volumeId: null,
        volumeSizeGiB: 0,
        holdsLeaf: null,
        volumeAction: 'keep',
        estimate: nothing,
        actions: [],
      },
    ],
    failures: [],
    skipped: [],
    estimate: estimatePlan([], 1),
    notices: [],
  };
};

type Values = Partial<{ readonly [Name in PublishStepName]: PublishValues[Name] }>;

/** The journal that the steps would have left that made what was found: an outcome for each that has something to undo. */
export const recordsOfTags = (target: Target, found: TaggedResources, now: number): JournalRecord[] =>
  Object.entries(valuesOf(found)).map(([step, value]) => ({
    type: 'outcome',
    at: new Date(now).toISOString(),
    target: targetKey(target),
    step,
    attempt: 1,
    value: value as Json,
  }));

const valuesOf = ({ volumes, snapshots, images }: TaggedResources): Values => {
  const volume = volumes.find(({ usedSinceBy }) => usedSinceBy === null);
  const [snapshot] = snapshots;
  const [image] = images;
  return {
    ...(volume && {
      volume: {
        volumeId: volume.volumeId,
        sizeGiB: volume.sizeGiB,
        created: true,
        tooSmall: false,
        replaced: [],
      },
    }),
    ...(snapshot && { snapshot: { snapshotId: snapshot.snapshotId, generation: 0 } }),
    ...(image && { register: { imageId: image.imageId, sizeGiB: image.sizeGiB } }),
  };
};
