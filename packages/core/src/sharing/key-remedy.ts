import { AmiPublisherError } from '@ami-publisher/base';
import { formatTarget, type Target } from '../target/target.js';
import type { Grantee } from './grantee.js';
import { closedToOthers, type KeyFacts, operationsOfEbs } from './key-access.js';

/** The principal that a grant or a key policy names for an account. */
export const rootOf = (accountId: string, { partition }: Pick<Target, 'partition'>): string =>
  `arn:${partition}:iam::${accountId}:root`;

/** The statement that, added to a key's policy, lets somebody launch and copy what is encrypted with the key; IAM's JSON, on one line. */
export const keyPolicyStatement = (grantee: Grantee, target: Pick<Target, 'partition'>): string => {
  const { kind, id, organization, unit } = grantee;
  const condition =
    kind === 'organization'
      ? { StringEquals: { 'aws:PrincipalOrgID': organization } }
      : kind === 'unit'
        ? { 'ForAnyValue:StringLike': { 'aws:PrincipalOrgPaths': `${organization}/*/${unit}/*` } }
        : undefined;
  return JSON.stringify({
    Sid: `Share${(unit ?? organization ?? id).replace(/\W/g, '')}`,
    Effect: 'Allow',
    Principal: kind === 'account' ? { AWS: rootOf(id, target) } : '*',
    Action: operationsOfEbs.map((operation) => `kms:${operation}`),
    Resource: '*',
    ...(condition !== undefined && { Condition: condition }),
  });
};

/** The error of something under the default key of EBS, which only its own account can ever use. */
export const defaultKeyError = (what: string, target: Target): AmiPublisherError =>
  new AmiPublisherError('AMI_NOT_SHARABLE', {
    message: `${what} is encrypted with the default key of EBS, which no other account can use`,
    target: formatTarget(target),
    resource: what,
    remedy: 'publish with --kms-key and a customer key, whose policy lets the others use it',
  });

/** What makes a key usable again, by its state (AWS KMS developer guide, "Key states of AWS KMS keys"). */
const remedies: Readonly<Record<string, string>> = {
  Disabled: 'enable the key',
  PendingDeletion: 'cancel the deletion of the key, and enable it',
  PendingImport: 'import the material of the key',
  Unavailable: 'connect the custom key store of the key',
};

/** The error of something under a key that somebody could not use, with the statement or the option that mends it. */
export const unusableKeyError = (
  what: string,
  key: KeyFacts,
  grantee: Grantee,
  target: Target,
  orGrant: string,
): AmiPublisherError =>
  new AmiPublisherError('AMI_NOT_SHARABLE', {
    message: `${what} is encrypted with ${key.arn}, ${closedToOthers(key) ?? `which ${grantee.id} cannot use`}`,
    target: formatTarget(target),
    resource: what,
    remedy:
      key.state === 'Enabled'
        ? `add to the key's policy ${keyPolicyStatement(grantee, target)}${grantee.kind === 'account' ? orGrant : ''}`
        : (remedies[key.state] ?? 'wait until the key is Enabled'),
  });
