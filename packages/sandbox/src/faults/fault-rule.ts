import { invalidOption } from '@ami-publisher/base';

/** What happens to a call. */
export type Fault =
  /** `RequestLimitExceeded`, 503; nothing is done. */
  | { readonly kind: 'throttle' }
  /** `InternalError` or `Unavailable`; nothing is done. */
  | {
      readonly kind: 'server-error';
      /** @default 500 */
      readonly status?: 500 | 503 | undefined;
    }
  /** The connection is closed; nothing is done. */
  | { readonly kind: 'reset' }
  /** All is done, and the connection is closed instead of an answer. */
  | { readonly kind: 'lost-answer' }
  /** The connection is closed; all is done later. */
  | {
      readonly kind: 'delayed-effect';
      /** @default 2000 */
      readonly delayMs?: number | undefined;
    }
  /** All is done and answered, but for a while the id of what was made is NotFound. */
  | {
      readonly kind: 'not-found-window';
      /** @default 5000 */
      readonly windowMs?: number | undefined;
    }
  /** No answer until the client gives up; nothing is done. */
  | { readonly kind: 'hang' }
  /** `UnauthorizedOperation`; nothing is done. */
  | { readonly kind: 'deny' };

export type FaultKind = Fault['kind'];

/** Which calls a rule is about, and which of those it hits; without `nth`, `count` and `probability`, all. */
export interface FaultScope {
  /** An action, such as `CreateSnapshot`, or a pattern, such as `Describe*`; `unpacker:…` for calls of the model's unpackers. */
  readonly action: string;
  /** Id of the account. @default any */
  readonly account?: string | undefined;
  /** @default any */
  readonly region?: string | undefined;
  /** The first call to be hit, counted from 1. @default 1 */
  readonly nth?: number | undefined;
  /** How many calls are hit. @default 1 with `nth`, otherwise no limit */
  readonly count?: number | undefined;
  /** How likely a call is to be hit, 0 to 1. @default 1 */
  readonly probability?: number | undefined;
  /** Seed of the random numbers behind `probability`. @default a fixed one */
  readonly seed?: string | number | undefined;
}

export type FaultRule = FaultScope & Fault;

/** A rule with what has come of it. */
export interface FaultRecord {
  readonly id: number;
  readonly rule: FaultRule;
  /** Calls that the rule is about. */
  readonly seen: number;
  /** Calls that it has hit. */
  readonly hits: number;
}

const kinds: readonly FaultKind[] = [
  'throttle',
  'server-error',
  'reset',
  'lost-answer',
  'delayed-effect',
  'not-found-window',
  'hang',
  'deny',
];

const checkCount = (name: 'nth' | 'count', value: number | undefined): void => {
  if (value === undefined || (Number.isInteger(value) && value >= 1)) return;
  throw invalidOption(name, 'a whole number from 1', value);
};

/** @throws `INVALID_OPTION` */
export const checkFaultRule = (rule: FaultRule): void => {
  if (!kinds.includes(rule.kind)) throw invalidOption('kind', `one of ${kinds.join(', ')}`, rule.kind);
  if (rule.action === '') throw invalidOption('action', 'an action, or a pattern such as *', rule.action);
  checkCount('nth', rule.nth);
  checkCount('count', rule.count);
  const { probability = 1 } = rule;
  if (!(probability >= 0 && probability <= 1)) throw invalidOption('probability', '0 to 1', probability);
};
