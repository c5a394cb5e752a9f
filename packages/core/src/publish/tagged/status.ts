import { toAmiPublisherError } from '@ami-publisher/base';
import pMap from 'p-map';
import type { Cloud, ResolvedTargets } from '../../cloud/cloud.js';
import type { CallOptions } from '../../cloud/ec2-api.js';
import { shared } from '../../signals.js';
import { defaultConcurrency } from '../../target/concurrency.js';
import { compareTargets, formatTarget } from '../../target/target.js';
import { findTagged, isAnything, isPublished, type TaggedOrigin, type TaggedResources } from './find.js';

/**
 * `published`: an AMI is there and can be launched. `unfinished`: something is there, so that it can be resumed with its journal or rolled back.
 * `nothing`: nothing of it is there, or only a volume that another publication has used since. `unknown`: the target could not be asked.
 */
export type TaggedState = 'published' | 'unfinished' | 'nothing' | 'unknown';

export interface TaggedTargetStatus extends Omit<TaggedResources, 'origin'> {
  readonly account: string;
  readonly region: string;
  readonly state: TaggedState;
  /** Why it is unknown. */
  readonly message?: string;
}

/** What the tags in the targets say of a publication. */
export interface TaggedStatus {
  readonly publicationId: string;
  /** What was published; null if nothing is left that tells. */
  readonly origin: TaggedOrigin | null;
  /** Every target could be asked. */
  readonly ok: boolean;
  /** In order of account and region. */
  readonly targets: readonly TaggedTargetStatus[];
}

const none = { volumes: [], snapshots: [], images: [] };

/**
 * Finds out by tags alone where a publication stands: needs neither its journal nor its unpackers, and changes nothing. A target that cannot be
 * asked is one of the result's.
 */
export const statusByTags = async (
  cloud: Cloud,
  publicationId: string,
  { targets, failures }: ResolvedTargets,
  call: CallOptions = {},
): Promise<TaggedStatus> => {
  const signal = shared(call.signal);
  const origins: TaggedOrigin[] = [];
  const asked = await pMap(
    targets,
    async (target): Promise<TaggedTargetStatus> => {
      const { account, region } = target;
      try {
        const { origin, ...found } = await findTagged(await cloud.ec2(target), publicationId, { signal });
        if (origin !== undefined) origins.push(origin);
        return { account, region, state: stateOf({ origin, ...found }), ...found };
      } catch (reason) {
        signal.throwIfAborted();
        const { message } = toAmiPublisherError(reason).at(formatTarget(target));
        return { account, region, state: 'unknown', message, ...none };
      }
    },
    { concurrency: defaultConcurrency },
  );
  const unresolved = failures.map(({ account, region, error }): TaggedTargetStatus => {
    return { account, region, state: 'unknown', message: error.message, ...none };
  });
  const all = [...asked, ...unresolved].sort(compareTargets);
  return {
    publicationId,
    origin: origins[0] ?? null,
    ok: all.every(({ state }) => state !== 'unknown'),
    targets: all,
  };
};

const stateOf = (found: TaggedResources): TaggedState => {
  if (isPublished(found)) return 'published';
  return isAnything(found) ? 'unfinished' : 'nothing';
};
