import { AmiPublisherError, toAmiPublisherError } from '@ami-publisher/base';
import type { CallOptions, ResolvedTargets, Target, TargetFailure } from '@ami-publisher/core';
import { compareTargets } from '@ami-publisher/core';
import { wildcard } from '../ec2/filters.js';

/** What the model says about one account. */
export interface AccountFacts {
  readonly accountId: string;
  readonly regions: readonly string[];
}

interface Selector {
  readonly account: string;
  readonly region: string;
}

const isExact = (pattern: string): boolean => !pattern.includes('*');

/** @throws `TARGET_MALFORMED` */
const parseSelectors = (text: string): Selector[] =>
  text
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair !== '')
    .map((pair) => {
      const [account, region, ...more] = pair.split(',').map((part) => part.trim());
      if (account === undefined || region === undefined || more.length > 0) {
        throw new AmiPublisherError('TARGET_MALFORMED', {
          message: `malformed target: ${JSON.stringify(pair)}`,
          remedy: 'write account,region;account,region (either may be * or empty for all)',
        });
      }
      return { account: account || '*', region: region || '*' };
    });

const fits = ({ account, region }: Selector, label: string, name: string): boolean =>
  wildcard(account)(label) && wildcard(region)(name);

/**
 * Accounts and regions that a selection of the usual form means.
 *
 * @param accounts names of all accounts
 * @throws `TARGET_MALFORMED`, `UNKNOWN_ACCOUNT`, `NO_TARGETS`
 */
export const selectTargets = async (
  accounts: readonly string[],
  selection: string,
  skip: string,
  describe: (account: string, options: CallOptions) => Promise<AccountFacts>,
  options: CallOptions,
): Promise<ResolvedTargets> => {
  const selectors = parseSelectors(selection || '*,*');
  const skipped = parseSelectors(skip);
  const unknown = selectors.find(({ account }) => isExact(account) && !accounts.includes(account));
  if (unknown !== undefined) {
    throw new AmiPublisherError('UNKNOWN_ACCOUNT', {
      message: `the model has no account called ${unknown.account}; it has ${accounts.join(', ')}`,
      resource: unknown.account,
    });
  }
  const named = accounts.filter((label) => selectors.some(({ account }) => wildcard(account)(label)));
  const targets: Target[] = [];
  const failures: TargetFailure[] = [];
  await Promise.all(
    named.map(async (account) => {
      try {
        const { accountId, regions } = await describe(account, options);
        const chosen = regions.filter(
          (region) =>
            selectors.some((selector) => fits(selector, account, region)) &&
            !skipped.some((selector) => fits(selector, account, region)),
        );
        targets.push(...chosen.map((region) => ({ partition: 'aws' as const, accountId, region, account })));
      } catch (reason) {
        const error = toAmiPublisherError(reason).at(`${account},*`);
        failures.push({ account, region: '*', error });
      }
    }),
  );
  if (targets.length + failures.length === 0) {
    throw new AmiPublisherError('NO_TARGETS', { message: 'the selection leaves no target' });
  }
  return { targets: targets.sort(compareTargets), failures: failures.sort(compareTargets), notices: [] };
};
