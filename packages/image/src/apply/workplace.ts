import type { ByteString } from '../manifest.js';
import type { InodePlan } from './plan.js';
import type { RealDirectories } from './real-directories.js';
import type { Staging } from './staging.js';

/** Where new files are made, complete with their attributes. */
export interface Workplace {
  /** Names are relative to it. */
  readonly directory: ByteString;
  /** @param sha512 given for the first file with that content. */
  nameFor(inode: InodePlan, sha512?: string): ByteString;
  place(name: ByteString): Buffer;
}

/** Files wait in the staging directory until all are there, fetched objects under their digests. */
export const inStaging = (staging: Staging): Workplace => ({
  directory: staging.directory,
  nameFor: (_inode, sha512) => sha512 ?? staging.newName(),
  place: (name) => staging.place(name),
});

/** Files are made where they belong: in a tree that holds nothing which could be broken. */
export const inTree = (directories: RealDirectories): Workplace => ({
  directory: directories.root,
  nameFor: ({ entry, place }) => place[0] ?? entry.path,
  place: (name) => directories.forChange(name),
});
