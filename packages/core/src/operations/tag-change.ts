import { toTagList } from '../cloud/tags.js';
import type { Change, ChangeContext } from './command.js';

/** Tags by key; null = no such tag. */
export type TagState = Readonly<Record<string, string | null>>;

/** A change of the tags of one resource. */
export interface TagChange extends Change {
  /** What it has under the keys that are changed. */
  readonly before: TagState;
  /** What it is to have. */
  readonly after: TagState;
}

/** The keys of `wanted` whose tags are not as wanted, with what they are now. @returns undefined if there are none */
export const tagDifference = (
  now: Readonly<Record<string, string>>,
  wanted: TagState,
): Pick<TagChange, 'before' | 'after'> | undefined => {
  const keys = Object.keys(wanted).filter((key) => (now[key] ?? null) !== wanted[key]);
  if (keys.length === 0) return undefined;
  return {
    before: Object.fromEntries(keys.map((key) => [key, now[key] ?? null])),
    after: Object.fromEntries(keys.map((key) => [key, wanted[key] ?? null])),
  };
};

/** Writes and deletes tags of one resource. */
export const setTags = async (
  { services: { ec2 }, signal }: Pick<ChangeContext, 'services' | 'signal'>,
  resource: string,
  tags: TagState,
): Promise<null> => {
  const set: Record<string, string> = {};
  const gone: string[] = [];
  for (const [key, value] of Object.entries(tags)) {
    if (value === null) gone.push(key);
    else set[key] = value;
  }
  if (Object.keys(set).length > 0)
    await ec2.createTags({ Resources: [resource], Tags: toTagList(set) }, { signal });
  if (gone.length > 0)
    await ec2.deleteTags({ Resources: [resource], Tags: gone.map((Key) => ({ Key })) }, { signal });
  return null;
};
