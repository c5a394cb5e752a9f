import { randomUUID } from 'node:crypto';
import { WireFault } from './wire-fault.js';

/** A value as JSON has it; integers that a number cannot hold exactly are BigInts. */
export type Json =
  | null
  | boolean
  | number
  | bigint
  | string
  | readonly Json[]
  | { readonly [key: string]: Json };

/** Nobody else can begin a string with it. */
const mark = `${randomUUID()}:`;
const longDigits = /\d{16}/;
const stringOrNumber = /"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/g;
const longInteger = /^-?\d{16,}$/;

/**
 * Reads one JSON value. Go writes 64-bit integers as bare numbers, which `JSON.parse` would round above 2^53: they become BigInts.
 *
 * @throws WireFault `malformed`.
 */
export const parseJson = (text: string): Json => {
  try {
    if (!longDigits.test(text)) return JSON.parse(text) as Json;
    const marked = text.replace(stringOrNumber, (token) =>
      longInteger.test(token) ? `"${mark}${token}"` : token,
    );
    return JSON.parse(marked, (_key, value) => unmarked(value)) as Json;
  } catch (cause) {
    throw new WireFault('malformed', `not a JSON value: ${excerpt(text)}`, { cause });
  }
};

const unmarked = (value: unknown): unknown => {
  if (typeof value !== 'string' || !value.startsWith(mark)) return value;
  const integer = BigInt(value.slice(mark.length));
  const number = Number(integer);
  return Number.isSafeInteger(number) ? number : integer;
};

const maxShown = 100;

/** The beginning of a text, for messages. */
export const excerpt = (text: string): string =>
  JSON.stringify(text.length > maxShown ? `${text.slice(0, maxShown)}…` : text);
