import * as z from 'zod';
import { type Answer, all, any } from './answer.js';
import { type Asker, type Conditions, fitsPattern, meetsConditions } from './policy-conditions.js';

const oneOrMany = z.union([z.string(), z.array(z.string())]).transform((value) => [value].flat());

/** Values of conditions may be written as booleans and numbers, too. */
const values = z
  .union([z.string(), z.boolean(), z.number(), z.array(z.union([z.string(), z.boolean(), z.number()]))])
  .transform((value) => [value].flat().map(String));

const statementSchema = z.looseObject({
  Effect: z.enum(['Allow', 'Deny']),
  Principal: z.union([z.literal('*'), z.looseObject({ AWS: oneOrMany.optional() })]).optional(),
  Action: oneOrMany.optional(),
  Condition: z.record(z.string(), z.record(z.string(), values)).optional(),
});

const policySchema = z.looseObject({
  Statement: z.union([statementSchema, z.array(statementSchema)]).transform((value) => [value].flat()),
});

type Statement = z.infer<typeof statementSchema>;

/** What a key policy says of one operation. */
export interface PolicyAnswer {
  readonly allows: Answer;
  /** A denial counts whatever else allows it. */
  readonly denies: Answer;
}

/**
 * What a key policy says of an operation that EC2 does for somebody. Each `NotPrincipal`, `NotAction`, unknown condition, or role as principal makes
 * the answer unclear, never yes.
 *
 * @param policy in IAM's JSON
 */
export const askPolicy = (policy: string, asker: Asker, operation: string): PolicyAnswer => {
  const statements = statementsOf(policy);
  if (statements === undefined) return { allows: 'unclear', denies: 'unclear' };
  const of = (effect: Statement['Effect']): Answer =>
    any(statements.filter(({ Effect }) => Effect === effect).map((one) => appliesTo(one, asker, operation)));
  return { allows: of('Allow'), denies: of('Deny') };
};

const statementsOf = (policy: string): Statement[] | undefined => {
  try {
    return policySchema.safeParse(JSON.parse(policy)).data?.Statement;
  } catch {
    return undefined;
  }
};

const appliesTo = (statement: Statement, asker: Asker, operation: string): Answer => {
  const { Action, Condition = {}, Principal } = statement;
  const action =
    Action === undefined
      ? 'unclear'
      : any(Action.map((pattern) => (fitsAction(pattern, operation) ? 'yes' : 'no')));
  return all([
    Principal === undefined ? 'unclear' : isMeant(Principal, asker),
    action,
    meetsConditions(Condition as Conditions, asker, operation),
  ]);
};

const fitsAction = (pattern: string, operation: string): boolean =>
  fitsPattern(pattern.toLowerCase(), `kms:${operation}`.toLowerCase());

const isMeant = (principal: NonNullable<Statement['Principal']>, { grantee }: Asker): Answer => {
  if (principal === '*') return 'yes';
  return any((principal.AWS ?? []).map((name) => isNamed(name, grantee.id)));
};

/** An organization is never a principal; a role or a user of an account is not all of it. */
export const isNamed = (principal: string, id: string): Answer => {
  if (principal === '*' || principal === id) return 'yes';
  const [, accountId, name] = /^arn:aws[\w-]*:(?:iam|sts)::(\d{12}):(.+)$/.exec(principal) ?? [];
  if (accountId !== id) return 'no';
  return name === 'root' ? 'yes' : 'unclear';
};
