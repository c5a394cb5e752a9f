import { AmiPublisherError } from '@ami-publisher/base';
import * as z from 'zod';

const oneOrMany = z.union([z.string(), z.array(z.string()).nonempty()]).transform((value) => [value].flat());

const conditionKey = z.enum([
  'aws:PrincipalAccount',
  'aws:PrincipalOrgID',
  'aws:PrincipalOrgPaths',
  'kms:CallerAccount',
  'kms:GrantIsForAWSResource',
  'kms:ViaService',
]);
const conditions = z.partialRecord(conditionKey, oneOrMany).optional();

const statementSchema = z.strictObject({
  Sid: z.string().optional(),
  Effect: z.enum(['Allow', 'Deny']),
  Principal: z.union([z.literal('*'), z.strictObject({ AWS: oneOrMany })]),
  Action: oneOrMany,
  Resource: oneOrMany,
  Condition: z
    .strictObject({
      Bool: conditions,
      'ForAnyValue:StringEquals': conditions,
      'ForAnyValue:StringLike': conditions,
      StringEquals: conditions,
      StringLike: conditions,
      StringNotEquals: conditions,
    })
    .optional(),
});

const keyPolicySchema = z.strictObject({
  Version: z.literal('2012-10-17'),
  Id: z.string().optional(),
  Statement: z.union([statementSchema, z.array(statementSchema)]).transform((value) => [value].flat()),
});

/** A key policy in IAM's JSON, as far as the sandbox obeys it. */
export type KeyPolicyDocument = z.input<typeof keyPolicySchema>;
export type KeyPolicyStatement = z.output<typeof statementSchema>;

/** A key policy that was checked. */
export interface KeyPolicy {
  /** As it was given, to be told again. */
  readonly document: KeyPolicyDocument;
  readonly statements: readonly KeyPolicyStatement[];
}

/** Checks a key policy. @throws `INVALID_OPTION` for what IAM would refuse, and for what the sandbox would not obey. */
export const parseKeyPolicy = (document: KeyPolicyDocument): KeyPolicy => {
  const { data, error } = keyPolicySchema.safeParse(document);
  if (data !== undefined) return { document, statements: data.Statement };
  throw new AmiPublisherError('INVALID_OPTION', {
    message: `a key policy cannot be obeyed: ${z.prettifyError(error)}`,
    remedy:
      'use Version 2012-10-17, statements with Effect, Principal, Action and Resource, and the conditions that BEHAVIOUR.md names',
    cause: error,
  });
};

/** The policy that AWS gives a key made by API: its account may do everything, and its IAM policies decide who. */
export const defaultKeyPolicy = (accountId: string): KeyPolicy =>
  parseKeyPolicy({
    Version: '2012-10-17',
    Id: 'key-default-1',
    Statement: [
      {
        Sid: 'Enable IAM User Permissions',
        Effect: 'Allow',
        Principal: { AWS: `arn:aws:iam::${accountId}:root` },
        Action: 'kms:*',
        Resource: '*',
      },
    ],
  });
