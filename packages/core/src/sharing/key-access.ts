import { AmiPublisherError } from '@ami-publisher/base';
import type { CallOptions } from '../cloud/ec2-api.js';
import type { KmsApi, KmsGrant } from '../cloud/kms-api.js';
import { type Answer, all, any } from './answer.js';
import { askPolicy, isNamed } from './key-policy.js';
import type { Asker } from './policy-conditions.js';

/**
 * What EC2 does with the key of a snapshot, on behalf of whoever launches or copies what is made of it (EC2 user guide, "Share an AMI with specific
 * AWS accounts"; EBS user guide, "Requirements for Amazon EBS encryption").
 */
export const operationsOfEbs: readonly string[] = [
  'CreateGrant',
  'Decrypt',
  'DescribeKey',
  'GenerateDataKeyWithoutPlaintext',
  'ReEncryptFrom',
];

/** What AWS says of a key itself. */
export interface DescribedKey {
  readonly arn: string;
  /** Undefined where AWS does not say. */
  readonly accountId: string | undefined;
  /** Belongs to AWS, in the account, as the default key of EBS does. */
  readonly isAwsManaged: boolean;
  /** `Enabled`, `Disabled`, `PendingDeletion` and so on. */
  readonly state: string;
}

/** A key, with all that says who may use it. */
export interface KeyFacts extends DescribedKey {
  /** In IAM's JSON; undefined where it cannot be read, as of another account's key. */
  readonly policy: string | undefined;
  readonly grants: readonly KmsGrant[];
}

/** Whether somebody could use a key. */
export interface KeyVerdict {
  readonly answer: Answer;
  /** Which operations are not allowed for sure. */
  readonly missing: readonly string[];
}

/**
 * Reads what AWS says of a key itself.
 *
 * @param keyId id, ARN, alias or alias ARN
 * @throws `AWS_UNEXPECTED_ANSWER` if AWS does not say which key it is
 */
export const describeKey = async (
  kms: KmsApi,
  keyId: string,
  options: CallOptions,
): Promise<DescribedKey> => {
  const { KeyMetadata: key } = await kms.describeKey(keyId, options);
  if (key?.Arn === undefined) throw noMetadata(keyId);
  const { Arn: arn, AWSAccountId: accountId, KeyManager, KeyState: state = 'of no known state' } = key;
  return { arn, accountId, isAwsManaged: KeyManager === 'AWS', state };
};

/**
 * Reads a key, and who may use it.
 *
 * @param keyId id, ARN, alias or alias ARN
 * @param accountId whose key it should be: policies of others cannot be read
 * @throws `AWS_UNEXPECTED_ANSWER` if AWS does not say which key it is
 */
export const readKey = async (
  kms: KmsApi,
  keyId: string,
  accountId: string,
  options: CallOptions,
): Promise<KeyFacts> => {
  const key = await describeKey(kms, keyId, options);
  const isReadable = !key.isAwsManaged && key.accountId === accountId;
  return {
    ...key,
    policy: isReadable ? (await kms.getKeyPolicy(key.arn, options)).Policy : undefined,
    grants: isReadable ? await listGrants(kms, key.arn, options) : [],
  };
};

const listGrants = async (kms: KmsApi, keyId: string, options: CallOptions): Promise<KmsGrant[]> => {
  const grants: KmsGrant[] = [];
  let marker: string | undefined;
  do {
    const page = await kms.listGrants({ keyId, marker }, options);
    grants.push(...(page.Grants ?? []));
    marker = page.NextMarker;
  } while (marker !== undefined);
  return grants;
};

/** Why no other account can use a key, whatever its policy says, in words that follow its name; undefined if the policy decides. */
export const closedToOthers = ({ isAwsManaged, state }: DescribedKey): string | undefined => {
  if (isAwsManaged) return 'an AWS managed key, which no other account can use';
  return state === 'Enabled' ? undefined : `which is ${state}`;
};

/** Whether somebody could use a key for what EC2 has to do with it, by policy or by grants. */
export const judgeKey = (key: KeyFacts, asker: Asker): KeyVerdict => {
  if (closedToOthers(key) !== undefined) return { answer: 'no', missing: operationsOfEbs };
  const answers = operationsOfEbs.map((operation) => mayUse(key, asker, operation));
  return { answer: all(answers), missing: operationsOfEbs.filter((_, index) => answers[index] !== 'yes') };
};

const mayUse = ({ policy, grants }: KeyFacts, asker: Asker, operation: string): Answer => {
  if (policy === undefined) return 'unclear';
  const { allows, denies } = askPolicy(policy, asker, operation);
  if (denies === 'yes') return 'no';
  const granted = any([allows, ...grants.map((grant) => grantAllows(grant, asker, operation))]);
  return denies === 'unclear' ? all([granted, 'unclear']) : granted;
};

const grantAllows = (
  { GranteePrincipal = '', Operations = [], Constraints }: KmsGrant,
  { grantee }: Asker,
  operation: string,
): Answer => {
  if (!Operations.includes(operation)) return 'no';
  const isFor = isNamed(GranteePrincipal, grantee.id);
  return Constraints === undefined ? isFor : all([isFor, 'unclear']);
};

const noMetadata = (keyId: string): AmiPublisherError =>
  new AmiPublisherError('AWS_UNEXPECTED_ANSWER', {
    message: `kms:DescribeKey answered without the ARN of ${keyId}`,
    call: 'kms:DescribeKey',
    resource: keyId,
  });
