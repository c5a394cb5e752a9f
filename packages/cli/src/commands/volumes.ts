import { parseWholeNumber } from '@ami-publisher/base';
import { Volumes } from '@ami-publisher/core';
import { tagsOf } from '../input/tags.js';
import { change } from './change.js';
import type { CommandRunner } from './definition.js';

/** `add-volumes SIZE-IN-GIB` */
export const addVolumes: CommandRunner = async ([size = ''], options) => {
  const request = {
    sizeGiB: parseWholeNumber('size-in-gib', size, 1),
    tags: await tagsOf(options),
    kmsKey: typeof options.kmsKey === 'string' ? options.kmsKey : undefined,
    ifNoneFree: options.ifNoneFree === true,
  };
  return change(options, ({ operations }, targets, how) =>
    new Volumes(operations).add(targets, request, how),
  );
};

/** `remove-unused-volumes` */
export const removeUnusedVolumes: CommandRunner = (_positional, options) =>
  change(options, ({ operations }, targets, how) => new Volumes(operations).removeUnused(targets, how));
