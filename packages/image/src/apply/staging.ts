import { lstatSync, mkdirSync, readdirSync, realpathSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { AmiPublisherError } from '@ami-publisher/base';
import { fromText, toBytes } from '../byte-string.js';
import type { ByteString } from '../manifest.js';
import { onPath } from '../system-error.js';

/** The directory in which files are made before they are renamed into the tree. */
export class Staging {
  #count = 0;

  private constructor(
    /** Where it is, as bytes, symbolic links above it resolved. */
    readonly directory: ByteString,
    /** Its path in the tree, if it lies in there. */
    readonly insideTree: ByteString | undefined,
  ) {}

  /** @throws `INVALID_OPTION` unless `directory` could be renamed from into `root`. */
  static at(directory: string, root: string): Staging {
    const name = fromText(directory);
    const place = onPath('find', name, () =>
      fromText(join(realpathSync(dirname(directory)), directory.split('/').at(-1) ?? '')),
    );
    const tree = onPath('find', fromText(root), () => fromText(realpathSync(root)));
    const staging = new Staging(
      place,
      place.startsWith(`${tree}/`) ? place.slice(tree.length + 1) : undefined,
    );
    const deviceOf = (path: Buffer | string) => statSync(path, { bigint: true }).dev;
    if (deviceOf(staging.exists() ? toBytes(place) : dirname(directory)) !== deviceOf(root))
      throw otherFileSystem(directory, root);
    return staging;
  }

  exists(): boolean {
    return (
      lstatSync(toBytes(this.directory), { bigint: true, throwIfNoEntry: false })?.isDirectory() === true
    );
  }

  create(): void {
    onPath('make', this.directory, () =>
      mkdirSync(toBytes(this.directory), { recursive: true, mode: 0o700 }),
    );
  }

  /** Names in it that a run before this one left. */
  leftovers(): ByteString[] {
    return this.exists() ? readdirSync(toBytes(this.directory), { encoding: 'latin1' }) : [];
  }

  /**
   * Discards what a run before this one left, but for objects that it had fetched: second names of files of the tree among it, which
   * would look like names outside the tree.
   */
  discardUnfinished(): void {
    for (const name of this.leftovers()) if (!isDigest(name)) this.discard(name);
  }

  place(name: ByteString): Buffer {
    return toBytes(`${this.directory}/${name}`);
  }

  /** A name that is not in use. */
  newName(): ByteString {
    this.#count += 1;
    return `new-${this.#count}`;
  }

  discard(name: ByteString): void {
    rmSync(this.place(name), { recursive: true, force: true });
  }

  remove(): void {
    onPath('remove', this.directory, () => rmSync(toBytes(this.directory), { recursive: true, force: true }));
  }
}

/** Fetched objects are staged by their digest. */
const isDigest = (name: ByteString): boolean => /^[0-9a-f]{128}$/.test(name);

const otherFileSystem = (directory: string, root: string): AmiPublisherError =>
  new AmiPublisherError('INVALID_OPTION', {
    message: `the staging directory ${directory} is not on the file system of ${root}`,
    resource: directory,
    remedy: 'choose a directory on the same file system, such as one beside it',
  });
