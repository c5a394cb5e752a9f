import { Amis } from '@ami-publisher/core';
import { change } from '../change.js';
import type { CommandRunner } from '../definition.js';

/** `expire` */
export const expire: CommandRunner = (_positional, options) =>
  change(options, ({ operations }, targets, how) => new Amis(operations).expire(targets, how));
