import { AmiPublisherError } from '@ami-publisher/base';
import type { Instance } from '@aws-sdk/client-ec2';
import { checkTags, fromTagList, type Tags, tagKeys, toTagList } from '../cloud/tags.js';
import type { Change, ChangeContext, Command, PlanContext } from '../operations/command.js';
import { forEachTarget } from '../operations/for-each-target.js';
import { findUnpackerInstances, idOf, stateOf } from '../unpacker/instances.js';

/** Which instances a command is about. */
export interface NamedInstances {
  /** `Name` tag, exactly. @default 'ImageUnpacker' */
  readonly instanceName?: string | undefined;
}

interface TagChange extends Change {
  /** What the instance has under the keys that are changed; null = no such tag. */
  readonly before: Readonly<Record<string, string | null>>;
  /** What it is to have; null = no such tag. */
  readonly after: Readonly<Record<string, string | null>>;
}

const timeoutMs = 60_000;
export const defaultInstanceName = 'ImageUnpacker';

/** `set-tags-on-unpackers`: one call per instance, so that one that fails does not keep the others from their tags. */
export const setTagsOnUnpackers: Command<NamedInstances & { readonly tags: Tags }, TagChange, null> = {
  name: 'set-tags-on-unpackers',
  destroys: false,
  timeoutMs,
  plan: (context, { tags, instanceName }) => {
    if (Object.keys(tags).length === 0) throw noTags();
    checkTags(tags);
    return planTags(context, instanceName, tags, (id, changed) => {
      const pairs = Object.entries(changed).map(([key, value]) => `${key}=${value}`);
      return { call: 'ec2:CreateTags', text: `tag ${id} with ${pairs.join(', ')}` };
    });
  },
  run: (context, change) => setTags(context, change.resource, change.after),
  undo: async (context, change) => void (await setTags(context, change.resource, change.before)),
};

/** `delete-tags-on-unpackers`: by key, whatever the value. */
export const deleteTagsOnUnpackers: Command<
  NamedInstances & { readonly keys: readonly string[] },
  TagChange,
  null
> = {
  name: 'delete-tags-on-unpackers',
  destroys: true,
  timeoutMs,
  plan: (context, { keys, instanceName }) => {
    if (keys.length === 0) throw noTags();
    const name = instanceName ?? defaultInstanceName;
    if (keys.includes(tagKeys.name)) context.note(`without its Name tag, no ${name} instance is found again`);
    const after = Object.fromEntries(keys.map((key) => [key, null]));
    return planTags(context, instanceName, after, (id, changed) => ({
      call: 'ec2:DeleteTags',
      text: `take the tags ${Object.keys(changed).join(', ')} from ${id}`,
    }));
  },
  run: (context, change) => setTags(context, change.resource, change.after),
  undo: async (context, change) => void (await setTags(context, change.resource, change.before)),
};

const planTags = (
  context: PlanContext,
  instanceName: string | undefined,
  wanted: TagChange['after'],
  describe: (instance: string, changed: TagChange['after']) => Pick<Change, 'call' | 'text'>,
) =>
  forEachTarget({ ...context, targets: context.targets.targets }, async (_target, ec2) => {
    const instances = await findUnpackerInstances(ec2, instanceName ?? defaultInstanceName, context);
    return instances.flatMap((instance): TagChange[] => {
      const now = fromTagList(instance.Tags);
      const after = only(wanted, (key) => (now[key] ?? null) !== wanted[key]);
      if (Object.keys(after).length === 0) return [];
      const before = Object.fromEntries(Object.keys(after).map((key) => [key, now[key] ?? null]));
      return [{ ...describe(nameOf(instance), after), resource: idOf(instance), before, after }];
    });
  });

const nameOf = (instance: Instance): string => `${idOf(instance)} (${stateOf(instance)})`;

const only = (tags: TagChange['after'], isWanted: (key: string) => boolean): TagChange['after'] =>
  Object.fromEntries(Object.entries(tags).filter(([key]) => isWanted(key)));

const setTags = async (
  { services: { ec2 }, signal }: ChangeContext,
  resource: string,
  tags: TagChange['after'],
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

const noTags = (): AmiPublisherError =>
  new AmiPublisherError('INVALID_OPTION', { message: 'no tags are given' });
