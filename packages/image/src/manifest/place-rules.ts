import { parentOf, toText } from '../byte-string.js';
import type { ByteString, ManifestEntry } from '../manifest.js';
import { BrokenRule } from './entry.js';

/** What the entries of a manifest must be to each other: in order, in directories, links to what was there before. */
export class PlaceRules {
  readonly #directories = new Set<ByteString>();
  readonly #inodes = new Set<ByteString>();
  #previous: ManifestEntry | undefined;

  /** Takes the next entry. @throws BrokenRule naming the rule that it breaks. */
  add(entry: ManifestEntry): void {
    if (this.#previous === undefined) this.#checkRoot(entry);
    else this.#checkPlace(entry, this.#previous);
    if (entry.type === 'directory') this.#directories.add(entry.path);
    else if (entry.type !== 'hardlink') this.#inodes.add(entry.path);
    this.#previous = entry;
  }

  #checkRoot(entry: ManifestEntry): void {
    if (entry.path !== '' || entry.type !== 'directory') throw new BrokenRule('must be the root directory');
  }

  #checkPlace(entry: ManifestEntry, previous: ManifestEntry): void {
    if (entry.path === previous.path) throw broken`repeats the path ${entry.path}`;
    if (entry.path < previous.path) throw broken`has the path ${entry.path}, which is out of order`;
    const parent = parentOf(entry.path);
    if (parent === undefined || !this.#directories.has(parent)) {
      throw broken`has the path ${entry.path}, whose parent is no directory of the manifest`;
    }
    if (entry.type === 'hardlink' && !this.#inodes.has(entry.target)) {
      throw broken`links ${entry.path} to ${entry.target}, which is no earlier file`;
    }
  }
}

/** A rule that was broken, with paths as people read them. */
const broken = (words: TemplateStringsArray, ...paths: readonly ByteString[]): BrokenRule =>
  new BrokenRule(String.raw({ raw: words }, ...paths.map(toText)));
