import { type Answer, all, answer, any } from './answer.js';
import type { Grantee } from './grantee.js';

/** Who wants to use a key, by way of EC2. */
export interface Asker {
  readonly grantee: Grantee;
  readonly region: string;
}

/** `Condition` of a statement: operator, then key, then values. */
export type Conditions = Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;

/** Of IAM's wildcards `*` stands for any characters, slashes too, and `?` for one. */
export const fitsPattern = (pattern: string, text: string): boolean => {
  const source = pattern
    .replace(/[\\^$.+()[\]{}|]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, 's').test(text);
};

/** Operators under which a key has to be one of the values; what the others ask is not followed. */
const positive: ReadonlySet<string> = new Set([
  ...['StringEquals', 'StringLike', 'ArnEquals', 'ArnLike', 'Bool'],
  ...['ForAnyValue:StringEquals', 'ForAnyValue:StringLike'],
]);

type Reader = (asker: Asker, values: readonly string[], operation: string) => Answer;

const sameAccount: Reader = ({ grantee }, values) =>
  answer(grantee.kind === 'account' && values.some((value) => fitsPattern(value, grantee.id)));

/** Whether an account is in an organization is not known here. */
const sameOrganization: Reader = ({ grantee: { organization } }, values) =>
  organization === null ? 'unclear' : answer(values.some((value) => fitsPattern(value, organization)));

const onPath: Reader = ({ grantee }, values) =>
  grantee.kind === 'account' ? 'unclear' : any(values.map((pattern) => coverOf(grantee, pattern)));

/** Whether a pattern of paths, `o-…/r-…/ou-…/`, takes in all accounts of an organization or a unit. */
const coverOf = ({ organization, unit }: Grantee, pattern: string): Answer => {
  if (unit === null) {
    const [first = '', ...rest] = pattern.split('/');
    if (!fitsPattern(first, organization ?? '')) return 'no';
    return /^(r-[^/]+\/)?\*$/.test(rest.join('/')) ? 'yes' : 'unclear';
  }
  // The id of a unit repeats that of its root.
  const root = `r-${unit.split('-')[1]}`;
  const places = ['', 'ou-above/'].flatMap((above) =>
    ['', 'ou-below/'].map((below) => `${organization}/${root}/${above}${unit}/${below}`),
  );
  const fitting = places.filter((path) => fitsPattern(pattern, path));
  return fitting.length === places.length ? 'yes' : fitting.length === 0 ? 'no' : 'unclear';
};

/** What EC2's requests have for the keys of conditions. */
const readers: Readonly<Record<string, Reader>> = {
  'aws:principalaccount': sameAccount,
  'aws:principalorgid': sameOrganization,
  'aws:principalorgpaths': onPath,
  'kms:calleraccount': sameAccount,
  'kms:grantisforawsresource': (_asker, values, operation) =>
    answer(operation === 'CreateGrant' && values.includes('true')),
  'kms:viaservice': ({ region }, values) =>
    answer(values.some((value) => fitsPattern(value, `ec2.${region}.amazonaws.com`))),
};

/** Whether a request for one operation meets the conditions of a statement. */
export const meetsConditions = (conditions: Conditions, asker: Asker, operation: string): Answer =>
  all(
    Object.entries(conditions).flatMap(([operator, keys]) =>
      Object.entries(keys).map(([key, values]) => {
        const read = readers[key.toLowerCase()];
        return positive.has(operator) && read !== undefined ? read(asker, values, operation) : 'unclear';
      }),
    ),
  );
