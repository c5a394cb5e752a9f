import { AmiPublisherError } from '@ami-publisher/base';
import type { Tag, TagSpecification } from '@aws-sdk/client-ec2';

/** Tag keys that this software writes. */
export const tagKeys = {
  publication: 'ami-publisher:publication',
  stream: 'ami-publisher:stream',
  leaf: 'ami-publisher:leaf',
  manifestDigest: 'ami-publisher:manifest-digest',
  generation: 'ami-publisher:generation',
  kmsKey: 'ami-publisher:kms-key',
  step: 'ami-publisher:step',
  copiedFrom: 'ami-publisher:copied-from',
  deleteAfter: 'ami-publisher:delete-after',
  name: 'Name',
  expiresAt: 'ExpiresAt',
} as const;

export type Tags = Readonly<Record<string, string>>;

const maxTags = 50;
const maxKeyLength = 128;
const maxValueLength = 256;

/**
 * Checks tags that a user gives (Amazon EC2 user guide, "Tag restrictions").
 *
 * @throws `INVALID_OPTION` naming the tag and the rule.
 */
export const checkTags = (tags: Tags): void => {
  const refuse = (key: string, rule: string): never => {
    throw new AmiPublisherError('INVALID_OPTION', {
      message: `tag ${JSON.stringify(key)}: ${rule}`,
      resource: key,
    });
  };
  // Room is left for our own.
  const limit = maxTags - Object.keys(tagKeys).length;
  const keys = Object.keys(tags);
  if (keys.length > limit) refuse(keys[limit] ?? '', `at most ${limit} tags are allowed, got ${keys.length}`);
  for (const [key, value] of Object.entries(tags)) {
    if (key === '' || key.length > maxKeyLength) refuse(key, `a key has 1 to ${maxKeyLength} characters`);
    if (value.length > maxValueLength) refuse(key, `a value has at most ${maxValueLength} characters`);
    if (/^aws:/i.test(key)) refuse(key, 'keys that begin with aws: are reserved');
    if (key.startsWith('ami-publisher:')) refuse(key, 'keys that begin with ami-publisher: are ours');
  }
};

/** The tags as an AWS list, in key order. */
export const toTagList = (tags: Tags): Tag[] =>
  Object.entries(tags)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([Key, Value]) => ({ Key, Value }));

/** An AWS list as a record. */
export const fromTagList = (tags: readonly Tag[] | undefined): Tags =>
  Object.fromEntries((tags ?? []).map(({ Key, Value }) => [Key ?? '', Value ?? '']));

/** For the `TagSpecifications` of a creating call. */
export const tagSpecification = (
  type: 'export-image-task' | 'image' | 'instance' | 'key-pair' | 'snapshot' | 'volume',
  tags: Tags,
): TagSpecification[] => [{ ResourceType: type, Tags: toTagList(tags) }];

/** A name for an EC2 filter, in which `*`, `?` and `\` would be wildcards. */
export const escapeFilterValue = (value: string): string => value.replace(/[\\*?]/g, '\\$&');

export const tagFilter = (key: string, value: string) => ({
  Name: `tag:${key}`,
  Values: [escapeFilterValue(value)],
});
