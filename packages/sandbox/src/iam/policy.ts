import { AmiPublisherError } from '@ami-publisher/base';
import * as z from 'zod';

const oneOrMany = z.union([z.string(), z.array(z.string()).nonempty()]).transform((value) => [value].flat());

const conditionKey = z
  .string()
  .regex(
    /^(aws:(RequestTag|ResourceTag)\/.+|(ec2:ResourceTag|ssm:resourceTag)\/.+|ec2:(CreateAction|Encrypted|VolumeType)|aws:(TagKeys|RequestedRegion)|iam:PassedToService)$/,
    'the sandbox does not know this condition key',
  );

const conditions = z.record(conditionKey, oneOrMany).optional();

/** `"true"`, as IAM's documentation writes it, or `true`; of several values one must fit. */
const truth = z
  .union([z.boolean(), z.enum(['true', 'false'])])
  .transform((value) => String(value))
  .pipe(z.enum(['true', 'false']));
const truths = z
  .record(
    conditionKey,
    z.union([truth, z.array(truth).nonempty()]).transform((value) => [value].flat()),
  )
  .optional();

const statementSchema = z.strictObject({
  Sid: z.string().optional(),
  Effect: z.enum(['Allow', 'Deny']),
  Action: oneOrMany,
  Resource: oneOrMany,
  Condition: z
    .strictObject({
      StringEquals: conditions,
      StringLike: conditions,
      'ForAllValues:StringEquals': conditions,
      'ForAllValues:StringLike': conditions,
      Bool: truths,
      Null: truths,
    })
    .optional(),
});

const policySchema = z.strictObject({
  Version: z.literal('2012-10-17'),
  Id: z.string().optional(),
  Statement: z.union([statementSchema, z.array(statementSchema)]).transform((value) => [value].flat()),
});

export type Statement = z.output<typeof statementSchema>;
export type Policy = z.output<typeof policySchema>;
/** A policy in IAM's JSON, as far as the sandbox understands it. */
export type PolicyDocument = z.input<typeof policySchema>;

/**
 * Checks a policy.
 *
 * @param name for messages
 * @throws `INVALID_OPTION` for what IAM would refuse, and for what the sandbox would not obey.
 */
export const parsePolicy = (name: string, document: unknown): Policy => {
  const { data, error } = policySchema.safeParse(document);
  if (data !== undefined) return data;
  throw new AmiPublisherError('INVALID_OPTION', {
    message: `the policy of ${name} cannot be enforced: ${z.prettifyError(error)}`,
    resource: name,
    remedy:
      'use Version 2012-10-17 and statements with Effect, Action, Resource and the Condition operators StringEquals, StringLike, both of them with ForAllValues, Bool and Null',
    cause: error,
  });
};
