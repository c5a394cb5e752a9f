import { fromTagList, tagKeys } from '../cloud/tags.js';

/** What tags say of the end of a resource. */
export interface Expiry {
  /** The time that one of its tags names is over. */
  readonly isDue: boolean;
  /** A tag that should be a time and is none, as a sentence about the resource. */
  readonly problem?: string;
}

/** `ExpiresAt` as the reference writes it, UTC; the other as we do. */
const forms: Readonly<Record<string, RegExp>> = {
  [tagKeys.expiresAt]: /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)$/,
  [tagKeys.deleteAfter]: /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)Z$/,
};

/** The tags that name the time after which a resource may be deleted. */
export const expiryKeys: readonly string[] = Object.keys(forms);

/** Whether a resource is due: once it is later than the time that a tag names, and never by one that names none (reference 4.10). */
export const expiryOf = (
  tags: Parameters<typeof fromTagList>[0],
  now: number,
  keys: readonly string[] = expiryKeys,
): Expiry => {
  const values = fromTagList(tags);
  const given = keys.flatMap((key) => {
    const value = values[key];
    return value === undefined ? [] : [{ key, value, at: timeOf(forms[key], value) }];
  });
  const bad = given.find(({ at }) => Number.isNaN(at));
  return {
    isDue: given.some(({ at }) => now > at),
    ...(bad !== undefined && { problem: `its tag ${bad.key} is no time: ${JSON.stringify(bad.value)}` }),
  };
};

const timeOf = (form: RegExp | undefined, value: string): number => {
  const [, day = '', time = ''] = form?.exec(value) ?? [];
  const at = Date.parse(`${day}T${time}Z`);
  // Date.parse takes the 30th of February for the 1st of March.
  return Number.isNaN(at) || !new Date(at).toISOString().startsWith(`${day}T${time}`) ? Number.NaN : at;
};
