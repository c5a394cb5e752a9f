import { type AccountIdentity, environmentAccount } from '../cloud/aws-cloud.js';
import type { ResolvedTargets, TargetFailure } from '../cloud/cloud.js';
import { formatTarget } from '../target/target.js';
import { examineClock } from './clocks.js';
import { type Finding, failure, ok, warning } from './finding.js';

/** What AWS has said about the accounts and regions of a selection. */
export const examineAccounts = (
  { targets, failures, notices }: ResolvedTargets,
  identityOf: (account: string) => AccountIdentity | undefined,
): readonly Finding[] => {
  const accounts = [...new Set(targets.map(({ account }) => account))];
  const identities = accounts.flatMap((account) => identityOf(account) ?? []);
  const [anyClock] = identities.flatMap(({ clockAheadMs }) => clockAheadMs ?? []);
  return [
    ...accounts.map((account) => credentials(account, identityOf(account))),
    ...failures.filter((one) => !isAboutRegion(one)).map(noCredentials),
    ...notices.map((notice) =>
      warning({ check: 'credentials', subject: 'targets' }, notice, 'correct the configuration'),
    ),
    ...accounts.map((account) => regions(account, targets)),
    ...failures
      .filter(isAboutRegion)
      .map((one) => failure({ check: 'regions', subject: formatTarget(one) }, one.error)),
    ...(anyClock === undefined ? [] : [examineClock('AWS', anyClock)]),
  ];
};

const isAboutRegion = ({ error }: TargetFailure): boolean => error.code === 'REGION_NOT_ENABLED';

const credentials = (account: string, identity: AccountIdentity | undefined): Finding =>
  ok(
    { check: 'credentials', subject: account },
    identity === undefined ? 'are taken' : `account ${identity.accountId}, as ${identity.arn}`,
  );

const noCredentials = ({ account, error }: TargetFailure): Finding => {
  const finding = failure({ check: 'credentials', subject: account }, error);
  const isUnconfigured = account === environmentAccount && error.code === 'CREDENTIALS_MISSING';
  return isUnconfigured ? { ...finding, remedy: configureAws } : finding;
};

const configureAws =
  'configure a profile of AWS (`aws configure sso`, or `aws configure`), or name accounts in a configuration file (--config)';

const regions = (account: string, targets: ResolvedTargets['targets']): Finding => {
  const names = targets.filter((target) => target.account === account).map(({ region }) => region);
  return ok({ check: 'regions', subject: account }, `enabled: ${names.join(', ')}`);
};
