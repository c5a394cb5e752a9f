import { chmodSync, lstatSync } from 'node:fs';
import { below, parentOf } from '../byte-string.js';
import type { ByteString } from '../manifest.js';
import { onPath } from '../system-error.js';
import { treeChanged } from '../tree/read-file.js';
import type { Ability } from './attributes.js';

/**
 * Makes sure, before anything is done in a directory of the tree, that every component of its path is a directory and no symbolic
 * link; remembers in which directories something was done, since that changes their times.
 */
export class RealDirectories {
  readonly #checked = new Set<ByteString>();
  readonly #touched = new Set<ByteString>();

  constructor(
    readonly root: ByteString,
    readonly ability: Ability,
  ) {}

  /** Directories in which something was done. */
  get touched(): ReadonlySet<ByteString> {
    return this.#touched;
  }

  /**
   * The place of `path` for a change.
   *
   * @throws `TREE_CHANGED` if a component above it is no directory.
   */
  forChange(path: ByteString): Buffer {
    const parent = parentOf(path);
    if (parent !== undefined) {
      this.#check(parent);
      this.#touched.add(parent);
    }
    return below(this.root, path);
  }

  /**
   * The place of `path` for a change of its own attributes only.
   *
   * @throws `TREE_CHANGED` if a component above it is no directory.
   */
  withoutChange(path: ByteString): Buffer {
    const parent = parentOf(path);
    if (parent !== undefined) this.#check(parent);
    return below(this.root, path);
  }

  /** A directory that is gone. */
  forget(path: ByteString): void {
    this.#checked.delete(path);
    this.#touched.delete(path);
  }

  #check(path: ByteString): void {
    if (this.#checked.has(path)) return;
    const parent = parentOf(path);
    if (parent !== undefined) this.#check(parent);
    onPath('look at', path, () => {
      const place = below(this.root, path);
      const stat = lstatSync(place, { bigint: true });
      if (!stat.isDirectory()) throw treeChanged(path);
      // An ordinary user needs these rights for the change; the mode is set right with the times of the directories.
      const mode = Number(stat.mode) & 0o7777;
      if (this.ability.euid !== 0 && (mode & 0o700) !== 0o700) chmodSync(place, mode | 0o700);
    });
    this.#checked.add(path);
  }
}
