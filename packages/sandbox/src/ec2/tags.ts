import type { Tag, TagSpecification } from '@aws-sdk/client-ec2';
import { ApiError, invalidParameter, missingParameter, required } from '../model/api-error.js';
import { kindOfId, type ResourceKind } from '../model/ids.js';
import type { Resource } from '../model/table.js';
import { tableOf } from '../visibility/named-resources.js';
import type { Ec2Context, Ec2Handler } from './handler.js';
import { lookup } from './lookup.js';
import { imagesSeenBy } from './shared-images.js';
import { snapshotsSeenBy } from './shared-snapshots.js';

/** Restrictions: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Tags.html#tag-restrictions */
const maxTags = 50;
const maxKeyLength = 128;
const maxValueLength = 256;

export type Tags = ReadonlyMap<string, string>;

/** Tags as EC2 shows them. */
export const tagList = (tags: Tags): Tag[] => [...tags].map(([Key, Value]) => ({ Key, Value }));

/**
 * The tags that a creating call gives to the resource that it makes.
 *
 * @param options `others`: types of what else the call makes
 * @throws `InvalidParameterValue` for a resource type that the call does not make, and what {@link withTags} throws.
 */
export const tagsAtCreation = (
  kind: ResourceKind | 'export-image-task',
  specifications: readonly TagSpecification[] = [],
  { others = [] }: { readonly others?: readonly string[] } = {},
): Tags => {
  const tags: Tag[] = [];
  for (const { ResourceType, Tags = [] } of specifications) {
    const type = required(ResourceType, 'tagSpecification resourceType');
    if (type === kind) tags.push(...Tags);
    else if (!others.includes(type)) {
      throw new ApiError(
        'InvalidParameterValue',
        `'${type}' is not a valid taggable resource type for this operation.`,
      );
    }
  }
  const keys = new Set(tags.map(({ Key }) => Key));
  if (keys.size < tags.length) throw new ApiError('InvalidParameterValue', 'Duplicate tag keys specified.');
  return withTags(new Map(), tags);
};

const checkTag = ({ Key, Value = '' }: Tag): [string, string] => {
  const key = required(Key, 'tag key');
  if (key.toLowerCase().startsWith('aws:')) {
    throw new ApiError(
      'InvalidParameterValue',
      "Tag keys starting with 'aws:' are reserved for internal use",
    );
  }
  if (key.length > maxKeyLength)
    throw invalidParameter('tag key', key, `A key has at most ${maxKeyLength} characters.`);
  if (Value.length > maxValueLength) {
    throw invalidParameter('tag value', Value, `A value has at most ${maxValueLength} characters.`);
  }
  return [key, Value];
};

/** @throws `TagLimitExceeded`, or `InvalidParameterValue` for a key or value that is reserved or too long. */
const withTags = (existing: Tags, added: readonly Tag[]): Tags => {
  const tags = new Map([...existing, ...added.map(checkTag)]);
  if (tags.size > maxTags) {
    throw new ApiError(
      'TagLimitExceeded',
      `The maximum number of tags per resource is ${maxTags}; this would be ${tags.size}`,
    );
  }
  return shared(tags);
};

const maxLatest = 256;
const latest = new Map<string, Tags>();

/** One set for all resources with the same tags, as a publication makes them in a thousand targets. */
const shared = (tags: Tags): Tags => {
  const text = JSON.stringify([...tags]);
  const known = latest.get(text);
  if (known !== undefined) return known;
  const [oldest] = latest.keys();
  if (latest.size === maxLatest && oldest !== undefined) latest.delete(oldest);
  latest.set(text, tags);
  return tags;
};

/** A taggable resource, with the way to change its tags. */
interface Taggable {
  readonly tags: Tags;
  readonly setTags: (tags: Tags) => void;
}

/** What others share can be tagged, too. */
const taggable = (context: Ec2Context, kind: ResourceKind, id: string): Taggable => {
  const { state } = context;
  const table = tableOf(state, kind);
  const foreign = table.get(id) === undefined ? sharedResource(context, kind, id) : undefined;
  if (foreign !== undefined)
    return { tags: foreign.tags, setTags: (changed) => state.sharedTags.set(id, changed) };
  const { tags } = lookup(table, kind, id);
  return { tags, setTags: (changed) => table.update(id, { tags: changed }) };
};

const sharedResource = (context: Ec2Context, kind: ResourceKind, id: string): Resource | undefined => {
  if (kind === 'image') return imagesSeenBy(context, {}).get(id);
  return kind === 'snapshot' ? snapshotsSeenBy(context, {}).get(id) : undefined;
};

const findTaggables = (context: Ec2Context, ids: readonly string[] | undefined): Taggable[] => {
  if (ids === undefined || ids.length === 0) throw missingParameter('resourceIdSet');
  return ids.map((id) => {
    const kind = kindOfId(id);
    if (kind === undefined) throw new ApiError('InvalidID', `The ID '${id}' is not valid`);
    return taggable(context, kind, id);
  });
};

/** All resources or none: everything is checked before anything is written. */
export const createTags: Ec2Handler<'CreateTags'> = (context, { Resources, Tags }) => {
  if (Tags === undefined || Tags.length === 0) throw missingParameter('tagSet');
  const changes = findTaggables(context, Resources).map((resource) => ({
    resource,
    tags: withTags(resource.tags, Tags),
  }));
  for (const { resource, tags } of changes) resource.setTags(tags);
  return {};
};

/** A tag given without a value goes whatever its value is, one given with a value only if that is its value. */
export const deleteTags: Ec2Handler<'DeleteTags'> = (context, { Resources, Tags }) => {
  const goes = ([key, value]: readonly [string, string]): boolean =>
    Tags === undefined ||
    Tags.some((tag) => tag.Key === key && (tag.Value === undefined || tag.Value === value));
  for (const resource of findTaggables(context, Resources)) {
    resource.setTags(new Map([...resource.tags].filter((tag) => !goes(tag))));
  }
  return {};
};
