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
  const labels = [...new Set(resources.map(({ account }) => account))];
  const resolved = await pMap(labels, (label) => resolveLabel(cloud, label, resources, options), {
    concurrency: concurrentAccounts,
  });
  const targets = new Map<string, Target>();
  const byTarget = new Map<string, PublishedResource[]>();
  for (const target of resolved.flatMap((one) => one.targets)) {
    const key = targetKey(target);
    if (!targets.has(key)) targets.set(key, target);
    const named = resources.filter(
      ({ account, region }) => account === target.account && region === target.region,
    );
    byTarget.set(key, [...(byTarget.get(key) ?? []), ...named]);
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

const resolveLabel = (
  cloud: Cloud,
  label: string,
  resources: readonly PublishedResource[],
  options: CallOptions,
): Promise<ResolvedTargets> => {
  const regions = new Set(resources.flatMap(({ account, region }) => (account === label ? region : [])));
  return cloud.resolveTargets([...regions].map((region) => `${label},${region}`).join(';'), options);
};

const nothingNamed = (): AmiPublisherError =>
  new AmiPublisherError('NO_TARGETS', {
    message: 'the results files name no AMI and no snapshot',
    remedy: 'give the results of a publication in which something was published',
  });
