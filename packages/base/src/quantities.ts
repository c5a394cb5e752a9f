import { invalidOption } from './error.js';

const units: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/**
 * Milliseconds of a text such as `90s`, `1h30m`, `2d`.
 *
 * @throws `INVALID_OPTION`
 */
export const parseDuration = (name: string, text: string): number => {
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d)/g)];
  if (parts.length === 0 || parts.map(([part]) => part).join('') !== text) {
    throw invalidOption(name, 'a duration such as 90s, 1h30m or 2d', text);
  }
  return Math.round(
    parts.reduce((sum, [, amount, unit]) => sum + Number(amount) * (units[unit ?? ''] ?? 0), 0),
  );
};

const sizes: Readonly<Record<string, number>> = {
  '': 1,
  B: 1,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
  TiB: 2 ** 40,
};

/**
 * Bytes of a text such as `268435456`, `512MiB`, `2GiB`.
 *
 * @throws `INVALID_OPTION`
 */
export const parseSize = (name: string, text: string): number => {
  const [, amount, unit] = /^(\d+(?:\.\d+)?)(B|KiB|MiB|GiB|TiB)?$/.exec(text) ?? [];
  if (amount === undefined) throw invalidOption(name, 'a size such as 512MiB or 2GiB', text);
  return Math.round(Number(amount) * (sizes[unit ?? ''] ?? 1));
};

/**
 * A whole number.
 *
 * @throws `INVALID_OPTION`
 */
export const parseWholeNumber = (name: string, text: string, min = 0): number => {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < min)
    throw invalidOption(name, `a whole number of at least ${min}`, text);
  return value;
};

/**
 * The two sides of the first equals sign of a text such as `team=base`; the second may hold more of them, and be empty.
 *
 * @throws `INVALID_OPTION`
 */
export const parsePair = (name: string, text: string): [string, string] => {
  const equals = text.indexOf('=');
  if (equals < 1) throw invalidOption(name, 'key=value', text);
  return [text.slice(0, equals), text.slice(equals + 1)];
};
