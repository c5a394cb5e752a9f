import type { UpdateResult } from './driver.js';

/** Of an update that found everything as it should be. */
export const nothingDone: UpdateResult = {
  filesWritten: 0,
  filesRemoved: 0,
  metadataChanged: 0,
  bytesFetched: 0,
  bytesWritten: 0,
};

/** What of a longer result is told. */
export const pickResult = (result: UpdateResult): UpdateResult => ({
  filesWritten: result.filesWritten,
  filesRemoved: result.filesRemoved,
  metadataChanged: result.metadataChanged,
  bytesFetched: result.bytesFetched,
  bytesWritten: result.bytesWritten,
});

/** Phases of a driver by those of `applyImage`. */
export const applyPhases = { scanning: 'scan', fetching: 'fetch', updating: 'update' } as const;
