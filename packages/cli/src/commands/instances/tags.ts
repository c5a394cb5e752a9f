import { Instances } from '@ami-publisher/core';
import { tagsOf } from '../../input/tags.js';
import { change } from '../change.js';
import type { CommandRunner } from '../definition.js';
import { named } from './named.js';

/** `set-tags-on-unpackers --tags LIST` */
export const setTagsOnUnpackers: CommandRunner = async (_positional, options) => {
  const tags = await tagsOf(options);
  return change(options, ({ operations }, targets, how) =>
    new Instances(operations).setTags(targets, { ...named(options), tags }, how),
  );
};

/** `delete-tags-on-unpackers KEY...` */
export const deleteTagsOnUnpackers: CommandRunner = (keys, options) =>
  change(options, ({ operations }, targets, how) =>
    new Instances(operations).deleteTags(targets, { ...named(options), keys: keys.flat() }, how),
  );
