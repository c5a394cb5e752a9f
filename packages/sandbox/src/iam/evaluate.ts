import type { Policy, Statement } from './policy.js';

/** What a call needs to be allowed: one action on one resource. */
export interface Authorization {
  /** `ec2:CreateSnapshot` */
  readonly action: string;
  /** An ARN, or `*` for an action that is not about resources. */
  readonly resource: string;
  /** Values of condition keys; a key that the request does not have is absent. */
  readonly context: ReadonlyMap<string, readonly string[]>;
}

export type Verdict = 'allowed' | 'denied explicitly' | 'not allowed';

/** A statement that applies, with those of its action patterns that do. */
export interface Match {
  readonly statement: Statement;
  readonly actions: readonly string[];
}

export interface Evaluation {
  readonly verdict: Verdict;
  /** The statements that allow it. */
  readonly allowedBy: readonly Match[];
}

/** IAM's wildcards: `*` stands for any characters, `?` for one. */
export const matchesPattern = (pattern: string, text: string): boolean => {
  const source = pattern
    .replace(/[\\^$.+()[\]{}|]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, 's').test(text);
};

/** Names of actions are the one thing in which case does not count. */
export const matchesAction = (pattern: string, action: string): boolean =>
  matchesPattern(pattern.toLowerCase(), action.toLowerCase());

type Operator = keyof NonNullable<Statement['Condition']>;

/** Single-valued operators want a value; `ForAllValues` is content without any; `Null` asks whether there is one. */
const operators: Readonly<
  Record<Operator, (actual: readonly string[] | undefined, wanted: readonly string[]) => boolean>
> = {
  StringEquals: (actual = [], wanted) => actual.some((value) => wanted.includes(value)),
  StringLike: (actual = [], wanted) =>
    actual.some((value) => wanted.some((pattern) => matchesPattern(pattern, value))),
  'ForAllValues:StringEquals': (actual = [], wanted) => actual.every((value) => wanted.includes(value)),
  'ForAllValues:StringLike': (actual = [], wanted) =>
    actual.every((value) => wanted.some((pattern) => matchesPattern(pattern, value))),
  Bool: (actual = [], wanted) => actual.some((value) => wanted.includes(value)),
  Null: (actual, wanted) => wanted.includes(String(actual === undefined)),
};

const conditionsHold = ({ Condition = {} }: Statement, { context }: Authorization): boolean =>
  Object.entries(Condition).every(([operator, keys]) =>
    Object.entries(keys ?? {}).every(([key, wanted]) =>
      operators[operator as Operator](context.get(key), wanted),
    ),
  );

const matchOf = (statement: Statement, authorization: Authorization): Match[] => {
  const actions = statement.Action.filter((pattern) => matchesAction(pattern, authorization.action));
  const applies =
    actions.length > 0 &&
    statement.Resource.some((pattern) => matchesPattern(pattern, authorization.resource)) &&
    conditionsHold(statement, authorization);
  return applies ? [{ statement, actions }] : [];
};

/** IAM's rule: what nothing allows is refused, and what anything denies is refused whatever else allows it. */
export const evaluate = (policies: readonly Policy[], authorization: Authorization): Evaluation => {
  const matches = policies.flatMap(({ Statement: statements }) =>
    statements.flatMap((statement) => matchOf(statement, authorization)),
  );
  const allowedBy = matches.filter(({ statement }) => statement.Effect === 'Allow');
  if (allowedBy.length < matches.length) return { verdict: 'denied explicitly', allowedBy: [] };
  return { verdict: allowedBy.length > 0 ? 'allowed' : 'not allowed', allowedBy };
};
