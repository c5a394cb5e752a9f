import { type AmiPublisherError, toAmiPublisherError } from '@ami-publisher/base';
import pMap from 'p-map';
import type { Cloud, ResolvedTargets } from '../../cloud/cloud.js';
import { formatTarget, type Target } from '../../target/target.js';
import { type KeepRule, keepRules, PublicationReader } from './keep.js';
import { gapReasons, type RegionUses, takeLastLook } from './last-look.js';
import type { ResolvedUsageOptions } from './options.js';
import { launchedReasons, listOwnImages, type OwnImage } from './own-image.js';
import { type FoundReasons, isUse, type Reason, sortedReasons } from './reason.js';
import { lookAtReports } from './usage-reports.js';
import { findUses, type TargetUses, useReason } from './uses.js';

/** An AMI, and why it may not go. */
export interface ImageUsage extends OwnImage {
  /** `in-use`: something uses it, or may. `kept`: nothing does, but a rule keeps it. `unused`: it may go. */
  readonly verdict: 'in-use' | 'kept' | 'unused';
  readonly reasons: readonly Reason[];
}

/** What became of looking into one target. */
export interface TargetUsage {
  readonly target: Target;
  /** Those that were asked for, in order of their ids; none where the target's AMIs could not be listed. */
  readonly images: readonly ImageUsage[];
  readonly uses: TargetUses;
  /** What else the user should know of. */
  readonly notices: readonly string[];
  /** Why the target's AMIs could not be listed. */
  readonly error?: AmiPublisherError;
}

/** What was found in one target before its AMIs are listed. */
interface Survey {
  readonly target: Target;
  readonly uses: TargetUses;
  readonly error?: AmiPublisherError;
}

/**
 * Finds out, AMI by AMI, why it is in use or may go. What could not be looked at counts as a use of every AMI that it may use. Each list is
 * read once, and of what nothing uses the launch permissions and usage reports as well. First everything that uses AMIs is looked for in all targets; then the
 * AMIs are listed target by target, so that never all are in memory.
 *
 * @param wanted which AMIs are told, and whether of those that a rule keeps it is asked as well what AWS tells one by one
 */
export const analyseUsage = async (
  cloud: Cloud,
  { targets }: ResolvedTargets,
  options: ResolvedUsageOptions,
  wanted: { readonly isTold: (image: ImageUsage) => boolean; readonly lastLookAtKept: boolean },
): Promise<TargetUsage[]> => {
  const { concurrency } = options;
  const surveys = await pMap(targets, (target) => survey(cloud, target, options), { concurrency });
  const uses = indexUses(surveys);
  const copies = new Map<string, Reason[]>();
  const publications = new PublicationReader(options.journals);
  const usages = await pMap(
    surveys,
    async (surveyed): Promise<TargetUsage> => {
      if (surveyed.error !== undefined) return { ...surveyed, images: [], notices: [] };
      const listed = await listImages(cloud, surveyed.target, options);
      if (!Array.isArray(listed)) return { ...surveyed, images: [], notices: [], error: listed };
      noteCopies(copies, surveyed.target, listed);
      const publicationOf = await publications.read(listed);
      const now = cloud.clock.now();
      const keep = keepRules(listed, options, now, publicationOf);
      const judged = judge(listed, surveyed.uses, { uses, keep, options, now });
      const { images, notices } = await lookLast(cloud, surveyed, judged, {
        region: regionUses(surveys, surveyed.target.region),
        options,
        isAsked: ({ verdict }) => verdict === 'unused' || (wanted.lastLookAtKept && verdict === 'kept'),
      });
      const told = images.filter((image) => wanted.isTold(image) || !isInUse(image));
      return { ...surveyed, images: told, notices };
    },
    { concurrency },
  );
  return usages.map((usage) => ({
    ...usage,
    images: usage.images.map((image) => withCopies(image, copies)).filter(wanted.isTold),
  }));
};

const isInUse = ({ verdict }: ImageUsage): boolean => verdict === 'in-use';

const survey = async (cloud: Cloud, target: Target, options: ResolvedUsageOptions): Promise<Survey> => {
  const { signal } = options;
  try {
    return { target, uses: await findUses({ cloud, target, ec2: await cloud.ec2(target), signal }) };
  } catch (reason) {
    const error = failureOf(reason, target, signal);
    const uses = { target, uses: [], instances: [], gaps: [{ what: 'everything', error }] };
    return { target, uses, error };
  }
};

const failureOf = (reason: unknown, target: Target, signal: AbortSignal | undefined): AmiPublisherError => {
  signal?.throwIfAborted();
  return toAmiPublisherError(reason).at(formatTarget(target));
};

const listImages = async (
  cloud: Cloud,
  target: Target,
  { signal }: ResolvedUsageOptions,
): Promise<OwnImage[] | AmiPublisherError> => {
  try {
    const images = await listOwnImages(await cloud.ec2(target), target, { signal });
    return images.sort((a, b) => (a.imageId < b.imageId ? -1 : 1));
  } catch (reason) {
    return failureOf(reason, target, signal);
  }
};

/** What uses AMIs and snapshots, by their ids; those are of one region, so that all targets can be taken together. */
type UseIndex = ReadonlyMap<string, readonly (() => Reason)[]>;

const indexUses = (surveys: readonly Survey[]): UseIndex => {
  const index = new Map<string, (() => Reason)[]>();
  for (const { target, uses } of surveys)
    for (const use of uses.uses) {
      const reason = () => useReason(use, target);
      const known = index.get(use.of);
      if (known === undefined) index.set(use.of, [reason]);
      else known.push(reason);
    }
  return index;
};

/** Copies in the making, by the id of what they are made from. */
const noteCopies = (copies: Map<string, Reason[]>, target: Target, images: readonly OwnImage[]): void => {
  for (const { imageId, state, sourceImageId } of images)
    if (state === 'pending' && sourceImageId !== undefined)
      copies.set(sourceImageId, [...(copies.get(sourceImageId) ?? []), copyReason(target, imageId)]);
};

const withCopies = (image: ImageUsage, copies: ReadonlyMap<string, readonly Reason[]>): ImageUsage => {
  const reasons = copies.get(image.imageId);
  return reasons === undefined ? image : withVerdict(image, [...image.reasons, ...reasons]);
};

const copyReason = (target: Target, imageId: string): Reason => ({
  kind: 'copy',
  resource: imageId,
  ...{ account: target.account, region: target.region },
  text: `${imageId} in ${formatTarget(target)} is still being copied from it`,
});

interface Judging {
  readonly uses: UseIndex;
  readonly keep: KeepRule;
  readonly options: ResolvedUsageOptions;
  readonly now: number;
}

const judge = (
  images: readonly OwnImage[],
  own: TargetUses,
  { uses, keep, options, now }: Judging,
): ImageUsage[] => {
  const gaps = gapReasons(own);
  return images
    .filter(({ tags }) => options.isLookedAt(tags))
    .map((image) => {
      const named = [image.imageId, ...image.snapshotIds].flatMap((id) =>
        (uses.get(id) ?? []).map((reason) => reason()),
      );
      const launched = launchedReasons(image, now - options.launchedWithinMs);
      return withVerdict(image, [...named, ...gaps, ...launched, ...keep(image)]);
    });
};

const withVerdict = (image: OwnImage, reasons: readonly Reason[]): ImageUsage => ({
  ...image,
  verdict: reasons.some(isUse) ? 'in-use' : reasons.length > 0 ? 'kept' : 'unused',
  reasons: sortedReasons(reasons),
});

/** The accounts of a region that were looked into, by id. */
export const regionUses = (surveys: readonly { readonly uses: TargetUses }[], region: string): RegionUses =>
  new Map(
    surveys
      .filter(({ uses }) => uses.target.region === region)
      .map(({ uses }) => [uses.target.accountId, uses]),
  );

const lookLast = async (
  cloud: Cloud,
  { target }: Survey,
  images: readonly ImageUsage[],
  how: {
    readonly region: RegionUses;
    readonly options: ResolvedUsageOptions;
    readonly isAsked: (image: ImageUsage) => boolean;
  },
): Promise<Pick<TargetUsage, 'images' | 'notices'>> => {
  const { signal } = how.options;
  const ec2 = await cloud.ec2(target);
  const asked = (of: readonly ImageUsage[]) => of.filter(how.isAsked).map(({ imageId }) => imageId);
  const found = await takeLastLook({ target, ec2, region: how.region, signal }, asked(images));
  const left = withFound(images, found);
  const look = { target, ec2, clock: cloud.clock, options: how.options, signal };
  const reported = await lookAtReports(look, asked(left));
  return { images: withFound(left, reported.found), notices: reported.notices };
};

const withFound = (images: readonly ImageUsage[], found: FoundReasons): ImageUsage[] =>
  images.map((image) => {
    const reasons = found.get(image.imageId);
    return reasons === undefined ? image : withVerdict(image, [...image.reasons, ...reasons]);
  });
