/** What is wrong with a value, as the end of a sentence that begins with the key's name; undefined if nothing is. */
export type Check = (value: unknown) => string | undefined;

const maxPathBytes = 4095;
const maxComponentBytes = 255;
const maxXattrBytes = 64 * 1024;
const maxId = 2 ** 32 - 2;
/** What ext4 can hold: 32 bits below zero, 34 bits above. */
const earliestNs = -(2n ** 31n) * 1_000_000_000n;
const latestNs = 2n ** 34n * 1_000_000_000n;

const isBytes = (value: unknown): value is string =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: every byte but NUL is allowed
  typeof value === 'string' && /^[\x01-\xff]*$/.test(value);

const bytes =
  (maxBytes: number): Check =>
  (value) => {
    if (!isBytes(value)) return 'must be a string of bytes 1 to 255';
    if (value.length === 0) return 'must not be empty';
    return value.length > maxBytes ? `is longer than ${maxBytes} bytes` : undefined;
  };

const componentProblem = (component: string): string | undefined => {
  if (component === '') return 'must be relative and have no empty component';
  if (component === '.' || component === '..') return 'must not have `.` or `..` as a component';
  return component.length > maxComponentBytes ? `has a component over ${maxComponentBytes} bytes` : undefined;
};

const firstProblem = <T>(
  values: Iterable<T>,
  check: (value: T) => string | undefined,
): string | undefined => {
  for (const value of values) {
    const problem = check(value);
    if (problem !== undefined) return problem;
  }
  return undefined;
};

/** A path that stays inside the tree; empty is the root. */
export const path: Check = (value) => {
  if (value === '') return undefined;
  return bytes(maxPathBytes)(value) ?? firstProblem((value as string).split('/'), componentProblem);
};

export const linkText: Check = bytes(maxPathBytes);

export const mode: Check = (value) =>
  typeof value === 'string' && /^[0-7]{4}$/.test(value) ? undefined : 'must be four octal digits';

const integer =
  (max: number): Check =>
  (value) =>
    Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) <= max
      ? undefined
      : `must be an integer from 0 to ${max}`;

export const id: Check = integer(maxId);
export const size: Check = integer(Number.MAX_SAFE_INTEGER);
export const major: Check = integer(0xfff);
export const minor: Check = integer(0xfffff);

export const mtimeNs: Check = (value) => {
  if (typeof value !== 'string' || !/^-?[0-9]{1,20}$/.test(value)) return 'must be an integer in a string';
  const ns = BigInt(value);
  return ns < earliestNs || ns >= latestNs ? 'is out of range' : undefined;
};

export const sha512: Check = (value) =>
  typeof value === 'string' && /^[0-9a-f]{128}$/.test(value)
    ? undefined
    : 'must be 128 lower-case hex digits';

const isRange = (value: unknown): value is [number, number] =>
  Array.isArray(value) && value.length === 2 && value.every((n) => size(n) === undefined) && value[1] > 0;

/** The ranges alone; whether they fit the size is a rule of the whole entry. */
export const extents: Check = (value) => {
  if (!Array.isArray(value)) return 'must be an array';
  let end = -1;
  return firstProblem(value, (range) => {
    if (!isRange(range)) return 'must have [offset, length] pairs with a length of at least 1';
    const [offset, length] = range;
    if (offset <= end) return 'must be in order, without overlap and without neighbours that touch';
    end = offset + length;
    return undefined;
  });
};

const xattr = ([name, value]: [string, unknown]): string | undefined => {
  if (!isBytes(name) || !/^[^.]+\../s.test(name) || name.length > 255) {
    return 'must have names like user.name of at most 255 bytes';
  }
  if (typeof value !== 'string') return 'must have base64 values';
  const decoded = Buffer.from(value, 'base64');
  if (decoded.toString('base64') !== value) return 'must have base64 values';
  return decoded.length > maxXattrBytes ? `has a value over ${maxXattrBytes} bytes` : undefined;
};

export const xattrs: Check = (value) => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'must be an object';
  const entries = Object.entries(value);
  return entries.length === 0 ? 'must be left out when there are none' : firstProblem(entries, xattr);
};
