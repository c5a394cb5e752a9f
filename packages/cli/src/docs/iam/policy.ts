/** A condition block of IAM: operator, key, value. */
export type Condition = Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;

/** One statement of a policy as IAM's JSON has it. */
export interface PolicyStatement {
  readonly Sid: string;
  readonly Effect: 'Allow';
  readonly Action: readonly string[];
  readonly Resource: string | readonly string[];
  readonly Condition?: Condition;
}

/** A policy as IAM's JSON has it. */
export interface PolicyDocument {
  readonly Version: '2012-10-17';
  readonly Statement: readonly PolicyStatement[];
}

/** A statement, and for people what it lets one do and why it is no narrower. */
export interface ExplainedStatement {
  readonly statement: PolicyStatement;
  readonly why: string;
}

/** A statement that allows. */
export const may = (
  Sid: string,
  Action: readonly string[],
  Resource: PolicyStatement['Resource'],
  why: string,
  Condition?: Condition,
): ExplainedStatement => ({
  statement: { Sid, Effect: 'Allow', Action, Resource, ...(Condition !== undefined && { Condition }) },
  why,
});

/** A policy of the page. */
export interface ExplainedPolicy {
  readonly title: string;
  /** What it is attached to, in a sentence or two. */
  readonly about: string;
  readonly statements: readonly ExplainedStatement[];
}

export const documentOf = ({ statements }: ExplainedPolicy): PolicyDocument => ({
  Version: '2012-10-17',
  Statement: statements.map(({ statement }) => statement),
});
