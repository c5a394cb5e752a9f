import { AmiPublisherError } from '@ami-publisher/base';
import { checkTags, fromTagList, type Tags, tagKeys } from '../cloud/tags.js';
import type { Change, Command, PlanContext } from '../operations/command.js';
import { planEachTarget } from '../operations/plan-each-target.js';
import { setTags, type TagChange, tagDifference } from '../operations/tag-change.js';
import { findUnpackerInstances, idOf } from '../unpacker/instances.js';
import { instanceNameOf, type NamedInstances, nameOf } from './named-instances.js';

const timeoutMs = 60_000;

/** `set-tags-on-unpackers`: one call per instance, so that one that fails does not keep the others from their tags. */
export const setTagsOnUnpackers: Command<NamedInstances & { readonly tags: Tags }, TagChange, null> = {
  name: 'set-tags-on-unpackers',
  destroys: false,
  timeoutMs,
  plan: (context, { tags, instanceName }) => {
    if (Object.keys(tags).length === 0) throw noTags();
    checkTags(tags);
    return planTags(context, instanceNameOf({ instanceName }), tags, (id, changed) => {
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
    const name = instanceNameOf({ instanceName });
    if (keys.includes(tagKeys.name)) context.note(`without its Name tag, no ${name} instance is found again`);
    const after = Object.fromEntries(keys.map((key) => [key, null]));
    return planTags(context, name, after, (id, changed) => ({
      call: 'ec2:DeleteTags',
      text: `take the tags ${Object.keys(changed).join(', ')} from ${id}`,
    }));
  },
  run: (context, change) => setTags(context, change.resource, change.after),
  undo: async (context, change) => void (await setTags(context, change.resource, change.before)),
};

const planTags = (
  context: PlanContext,
  instanceName: string,
  wanted: TagChange['after'],
  describe: (instance: string, changed: TagChange['after']) => Pick<Change, 'call' | 'text'>,
) =>
  planEachTarget(context, async (_target, ec2) => {
    const instances = await findUnpackerInstances(ec2, instanceName, context);
    return instances.flatMap((instance): TagChange[] => {
      const difference = tagDifference(fromTagList(instance.Tags), wanted);
      if (difference === undefined) return [];
      return [{ ...describe(nameOf(instance), difference.after), resource: idOf(instance), ...difference }];
    });
  });

const noTags = (): AmiPublisherError =>
  new AmiPublisherError('INVALID_OPTION', { message: 'no tags are given' });
