import { AmiPublisherError } from '@ami-publisher/base';
import pMap from 'p-map';
import type { Cloud, ResolvedTargets } from '../cloud/cloud.js';
import type { CallOptions } from '../cloud/ec2-api.js';
import { compareTargets, type Target, targetKey } from '../target/target.js';
import type { PublishedResource } from './results-file.js';

/** What results files name, by target. */
export interface TargetedResources {
  readonly targets: ResolvedTargets;
  /** By `targetKey`. */
  readonly resources: ReadonlyMap<string, readonly PublishedResource[]>;
}

const concurrentAccounts = 16;

/**
 * Finds the targets of the resources. Two labels of one account are one target, as everywhere.
 *
 * @throws `NO_TARGETS` if there are none, `UNKNOWN_ACCOUNT` for a label that is no account; nothing is to be done then.
 */
export const resolveResources = async (
  cloud: Cloud,
  resources: readonly PublishedResource[],
  options: CallOptions = {},
): Promise<TargetedResources> => {
  if (resources.length === 0) throw nothingNamed();
  const byAccount = groupBy(resources, ({ account }) => account);
  const resolved = await pMap(byAccount, ([label, named]) => resolveLabel(cloud, label, named, options), {
    concurrency: concurrentAccounts,
  });
  const byPlace = groupBy(resources, placeOf);
  const targets = new Map<string, Target>();
  const byTarget = new Map<string, PublishedResource[]>();
  for (const target of resolved.flatMap((one) => one.targets)) {
    const key = targetKey(target);
    if (!targets.has(key)) targets.set(key, target);
    byTarget.set(key, [...(byTarget.get(key) ?? []), ...(byPlace.get(placeOf(target)) ?? [])]);
  }
  return {
    targets: {
      targets: [...targets.values()].sort(compareTargets),
      failures: resolved.flatMap((one) => one.failures),
      notices: resolved.flatMap((one) => one.notices),
    },
    resources: byTarget,
  };
};

const placeOf = ({ account, region }: Pick<PublishedResource, 'account' | 'region'>): string =>
  `${account},${region}`;

const groupBy = (
  resources: readonly PublishedResource[],
  keyOf: (resource: PublishedResource) => string,
): ReadonlyMap<string, readonly PublishedResource[]> => {
  const groups = new Map<string, PublishedResource[]>();
  for (const resource of resources) {
    const group = groups.get(keyOf(resource));
    if (group === undefined) groups.set(keyOf(resource), [resource]);
    else group.push(resource);
  }
  return groups;
};

const resolveLabel = (
  cloud: Cloud,
  label: string,
  named: readonly PublishedResource[],
  options: CallOptions,
): Promise<ResolvedTargets> => {
  const regions = new Set(named.map(({ region }) => region));
  return cloud.resolveTargets([...regions].map((region) => `${label},${region}`).join(';'), options);
};

const nothingNamed = (): AmiPublisherError =>
  new AmiPublisherError('NO_TARGETS', {
    message: 'the results files name no AMI and no snapshot',
    remedy: 'give the results of a publication in which something was published',
  });
