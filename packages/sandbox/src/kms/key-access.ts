import { matchesAction, matchesPattern } from '../iam/evaluate.js';
import type { KmsKey } from '../model/kms-keys.js';
import type { KeyPolicyStatement } from './key-policy.js';

/** Where an account is in its organization. */
export interface Membership {
  /** `o-…` */
  readonly organization: string;
  /** From the root down: `o-…/r-…/ou-…/`. */
  readonly path: string;
}

/** An account for which EC2 uses a key. */
export interface KeyUser {
  readonly accountId: string;
  readonly region: string;
  readonly membership: Membership | undefined;
}

/** What EC2 does with the key of a snapshot when it makes a volume or another snapshot of it. EBS user guide, "Requirements for EBS encryption". */
const operationsOfEbs = [
  'CreateGrant',
  'Decrypt',
  'DescribeKey',
  'GenerateDataKeyWithoutPlaintext',
  'ReEncryptFrom',
] as const;

/** Whether EC2 can use a key on behalf of an account. The owner's IAM policies are not asked. */
export const canUseKey = (key: KmsKey, user: KeyUser): boolean =>
  key.enabled &&
  (key.accountId === user.accountId || operationsOfEbs.every((operation) => isAllowed(key, user, operation)));

/** Whether a key's policy or its grants let an account do one operation. */
export const isAllowed = (key: KmsKey, user: KeyUser, operation: string): boolean => {
  const fitting = key.policy.statements.filter((statement) => applies(statement, user, operation));
  if (fitting.some(({ Effect }) => Effect === 'Deny')) return false;
  return fitting.length > 0 || isGranted(key, user, operation);
};

const isGranted = ({ grants }: KmsKey, user: KeyUser, operation: string): boolean =>
  [...grants.values()].some(
    ({ grantee, operations }) => names(grantee, user.accountId) && operations.includes(operation),
  );

const applies = (
  { Principal, Action, Condition = {} }: KeyPolicyStatement,
  user: KeyUser,
  operation: string,
): boolean =>
  (Principal === '*' || Principal.AWS.some((name) => names(name, user.accountId))) &&
  Action.some((pattern) => matchesAction(pattern, `kms:${operation}`)) &&
  Object.entries(Condition).every(([operator, keys]) =>
    Object.entries(keys ?? {}).every(([name, wanted]) =>
      operators[operator as keyof typeof operators](valuesOf(name, user, operation), wanted),
    ),
  );

/** A principal that is a role or a user of the account is not the account. */
const names = (principal: string, accountId: string): boolean =>
  principal === '*' ||
  principal === accountId ||
  new RegExp(`^arn:aws[\\w-]*:iam::${accountId}:root$`).test(principal);

type Operator = (actual: readonly string[], wanted: readonly string[]) => boolean;

const equals: Operator = (actual, wanted) => actual.some((value) => wanted.includes(value));
const isLike: Operator = (actual, wanted) =>
  actual.some((value) => wanted.some((pattern) => matchesPattern(pattern, value)));

const operators: Readonly<Record<keyof NonNullable<KeyPolicyStatement['Condition']>, Operator>> = {
  Bool: equals,
  'ForAnyValue:StringEquals': equals,
  'ForAnyValue:StringLike': isLike,
  StringEquals: equals,
  StringLike: isLike,
  StringNotEquals: (actual, wanted) => !equals(actual, wanted),
};

/** What a request of EC2 says of itself. */
const valuesOf = (
  key: string,
  { accountId, region, membership }: KeyUser,
  operation: string,
): readonly string[] => {
  const values: Readonly<Record<string, string | undefined>> = {
    'aws:PrincipalAccount': accountId,
    'aws:PrincipalOrgID': membership?.organization,
    'aws:PrincipalOrgPaths': membership?.path,
    'kms:CallerAccount': accountId,
    'kms:GrantIsForAWSResource': operation === 'CreateGrant' ? 'true' : undefined,
    'kms:ViaService': `ec2.${region}.amazonaws.com`,
  };
  const value = values[key];
  return value === undefined ? [] : [value];
};
