import { Amis } from '@ami-publisher/core';
import { exitCodes } from '../../exit-codes.js';
import { readResultsFiles } from '../../input/results-files.js';
import { retentionOf } from '../../input/retention.js';
import { notice } from '../../progress/notice.js';
import { carryOut } from '../change.js';
import type { CommandRunner } from '../definition.js';

/** `delete RESULTS-FILE...` */
export const deleteResources: CommandRunner = async (files, options) => {
  const retentionMs = retentionOf(options);
  const resources = await readResultsFiles(files.flat());
  return carryOut(options, ({ operations }, how) =>
    new Amis(operations).delete(resources, { retentionMs, ...how }),
  );
};

/** `delete-tags KEY RESULTS-FILE...` */
export const deleteTags: CommandRunner = async ([key = '', ...files], options) => {
  const resources = await readResultsFiles(files.flat());
  return carryOut(options, ({ operations }, how) => new Amis(operations).deleteTags(resources, key, how));
};

/** `set-exclusive-tags KEY VALUE [RESULTS-FILE...]` */
export const setExclusiveTags: CommandRunner = async ([key = '', value = '', ...files], options) => {
  const given = files.flat();
  if (given.length === 0) {
    notice('note: no results file is given, so there is nothing to do');
    return exitCodes.success;
  }
  const resources = await readResultsFiles(given);
  const removeName = options.removeName === true;
  return carryOut(options, ({ operations }, how) =>
    new Amis(operations).setExclusiveTag(resources, { key, value }, { removeName, ...how }),
  );
};
