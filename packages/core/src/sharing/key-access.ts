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

/** A key, with all that says who may use it. */
export interface KeyFacts {
  readonly arn: string;
  /** Belongs to AWS, in the account, as the default key of EBS does. */
  readonly isAwsManaged: boolean;
  readonly isEnabled: boolean;
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
 * Reads a key, and who may use it.
 *
 * @param keyId id, ARN, alias or alias ARN
 * @param accountId whose key it should be: policies of others cannot be read
 */
export const readKey = async (
  kms: KmsApi,
  keyId: string,
  accountId: string,
  options: CallOptions,
): Promise<KeyFacts> => {
  const { KeyMetadata: key } = await kms.describeKey(keyId, options);
  if (key?.Arn === undefined) throw noMetadata(keyId);
  const isAwsManaged = key.KeyManager === 'AWS';
  const isReadable = !isAwsManaged && key.AWSAccountId === accountId;
  return {
    arn: key.Arn,
    isAwsManaged,
    isEnabled: key.KeyState === 'Enabled',
    policy: isReadable ? (await kms.getKeyPolicy(key.Arn, options)).Policy : undefined,
    grants: isReadable ? await listGrants(kms, key.Arn, options) : [],
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

/** Whether somebody could use a key for what EC2 has to do with it, by policy or by grants. */
export const judgeKey = (key: KeyFacts, asker: Asker): KeyVerdict => {
  if (key.isAwsManaged || !key.isEnabled) return { answer: 'no', missing: operationsOfEbs };
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
