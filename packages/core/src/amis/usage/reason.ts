/** What uses an AMI, or may: then it is in use. */
export type UseKind =
  | 'container-recipe'
  | 'copy'
  | 'auto-scaling-group'
  | 'image-recipe'
  | 'instance'
  | 'launch-configuration'
  | 'launch-template'
  | 'launched'
  | 'parameter'
  | 'permission'
  | 'unknown'
  | 'usage-report';

/** Why an AMI that nothing uses is kept all the same. */
export type KeepKind = 'newest' | 'pending' | 'protected' | 'publication' | 'young';

/** Why an AMI may not go. */
export interface Reason {
  readonly kind: UseKind | KeepKind;
  /** A sentence for people, without full stop. */
  readonly text: string;
  /** What uses it: an id, a name or an ARN. */
  readonly resource?: string;
  /** Label of the account that it is in. */
  readonly account?: string;
  readonly region?: string;
}

/** Reasons by the id of the AMI that they are of; those without any are left out. */
export type FoundReasons = ReadonlyMap<string, readonly Reason[]>;

const keepKinds: ReadonlySet<Reason['kind']> = new Set<KeepKind>([
  'newest',
  'pending',
  'protected',
  'publication',
  'young',
]);

/** Whether it is a use, rather than a rule that keeps what nothing uses. */
export const isUse = ({ kind }: Reason): boolean => !keepKinds.has(kind);

/** In an order that does not change from run to run. */
export const sortedReasons = (reasons: readonly Reason[]): Reason[] =>
  [...reasons].sort((a, b) => compare(keyOf(a), keyOf(b)));

const keyOf = ({ kind, account = '', region = '', resource = '', text }: Reason): string =>
  [kind, account, region, resource, text].join('\0');

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
