import { AmiPublisherError, toAmiPublisherError } from '@ami-publisher/base';
import pMap from 'p-map';
import type { ResolvedTargets, TargetFailure } from '../cloud/cloud.js';
import { isExact, matchesPattern, type TargetSelector } from './selector.js';
import { compareTargets, partitionOfRegion, type Target, targetKey } from './target.js';

/** What AWS says about one account. */
export interface AccountFacts {
  /** 12 digits. */
  readonly accountId: string;
  readonly enabledRegions: readonly string[];
}

export interface DirectoryOptions {
  /** Names of all accounts that could be meant. */
  readonly accounts: readonly string[];
  readonly selectors: readonly TargetSelector[];
  readonly skip: readonly TargetSelector[];
  readonly describeAccount: (account: string) => Promise<AccountFacts>;
}

const concurrentAccounts = 16;

/**
 * Accounts × regions that a selection means.
 *
 * @throws `UNKNOWN_ACCOUNT` for a name that is no account, `NO_TARGETS` if nothing is left.
 */
export const findTargets = async (options: DirectoryOptions): Promise<ResolvedTargets> => {
  const everything: TargetSelector = { account: '*', region: '*' };
  const selectors = options.selectors.length === 0 ? [everything] : options.selectors;
  for (const { account } of selectors) checkKnown(account, options.accounts);
  const skipped = new Set<TargetSelector>();
  const isSkipped = (account: string, region: string): boolean => {
    const hits = options.skip.filter(
      (skip) => matchesPattern(skip.account, account) && matchesPattern(skip.region, region),
    );
    for (const hit of hits) skipped.add(hit);
    return hits.length > 0;
  };
  const named = options.accounts.filter((account) =>
    selectors.some((selector) => matchesPattern(selector.account, account)),
  );
  const wanted = named.filter((account) => !skipsWholeAccount(account, options.skip, skipped));
  const parts = await pMap(wanted, (account) => findInAccount(account, selectors, isSkipped, options), {
    concurrency: concurrentAccounts,
  });
  const { targets, notices } = mergeLabels(parts.flatMap((part) => part.targets));
  const failures = parts.flatMap((part) => part.failures);
  if (targets.length + failures.length === 0) throw noTargets(options);
  const unused = options.skip.filter((skip) => !skipped.has(skip));
  return {
    targets: [...targets].sort(compareTargets),
    failures: failures.sort(compareTargets),
    notices: [
      ...notices,
      ...unused.map((skip) => `the skip entry ${skip.account},${skip.region} matches nothing`),
    ],
  };
};

const checkKnown = (pattern: string, accounts: readonly string[]): void => {
  if (!isExact(pattern) || accounts.includes(pattern)) return;
  throw new AmiPublisherError('UNKNOWN_ACCOUNT', {
    message: `no account is called ${JSON.stringify(pattern)}; known: ${accounts.join(', ') || 'none'}`,
    resource: pattern,
    remedy: 'name a profile of the AWS configuration, or an account of the configuration file',
  });
};

const skipsWholeAccount = (
  account: string,
  skip: readonly TargetSelector[],
  skipped: Set<TargetSelector>,
): boolean => {
  const hits = skip.filter((entry) => entry.region === '*' && matchesPattern(entry.account, account));
  for (const hit of hits) skipped.add(hit);
  return hits.length > 0;
};

interface Part {
  readonly targets: readonly Target[];
  readonly failures: readonly TargetFailure[];
}

const findInAccount = async (
  account: string,
  selectors: readonly TargetSelector[],
  isSkipped: (account: string, region: string) => boolean,
  options: DirectoryOptions,
): Promise<Part> => {
  const patterns = selectors
    .filter((selector) => matchesPattern(selector.account, account))
    .map((selector) => selector.region);
  const exact = [...new Set(patterns.filter(isExact))].filter((region) => !isSkipped(account, region));
  let facts: AccountFacts;
  try {
    facts = await options.describeAccount(account);
  } catch (reason) {
    const regions = patterns.every(isExact) ? exact : ['*'];
    const failure = toAmiPublisherError(reason);
    return {
      targets: [],
      failures: regions.map((region) => ({ account, region, error: failure.at(`${account},${region}`) })),
    };
  }
  const { accountId, enabledRegions } = facts;
  const regions = enabledRegions.filter(
    (region) => patterns.some((pattern) => matchesPattern(pattern, region)) && !isSkipped(account, region),
  );
  const notEnabled = exact.filter((region) => !enabledRegions.includes(region));
  return {
    targets: regions.map((region) => ({ partition: partitionOfRegion(region), accountId, region, account })),
    failures: notEnabled.map((region) => ({
      account,
      region,
      error: regionNotEnabled(account, region, enabledRegions),
    })),
  };
};

const regionNotEnabled = (account: string, region: string, enabled: readonly string[]): AmiPublisherError =>
  new AmiPublisherError('REGION_NOT_ENABLED', {
    message: `the region ${region} does not exist or is not enabled for the account (enabled: ${enabled.join(', ')})`,
    target: `${account},${region}`,
    call: 'ec2:DescribeRegions',
    resource: region,
    remedy: 'correct the name, or enable the region in the account settings',
  });

/** Two labels of one account id are one target; the first label stays. */
const mergeLabels = (
  targets: readonly Target[],
): { readonly targets: readonly Target[]; readonly notices: readonly string[] } => {
  const byKey = new Map<string, Target>();
  const notices = new Set<string>();
  for (const target of targets) {
    const first = byKey.get(targetKey(target));
    if (first === undefined) byKey.set(targetKey(target), target);
    else
      notices.add(
        `${target.account} and ${first.account} are the same account ${target.accountId}; it is used as ${first.account}`,
      );
  }
  return { targets: [...byKey.values()], notices: [...notices] };
};

const noTargets = (options: DirectoryOptions): AmiPublisherError =>
  new AmiPublisherError('NO_TARGETS', {
    message:
      options.accounts.length === 0 ? 'no AWS account is configured' : 'the selection leaves no target',
    remedy:
      options.accounts.length === 0
        ? 'configure a profile (`aws configure`), or name accounts in the configuration file'
        : 'check --targets and --skip-targets',
  });
