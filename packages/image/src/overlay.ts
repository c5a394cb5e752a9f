import { createHash } from 'node:crypto';
import { AmiPublisherError } from '@ami-publisher/base';
import { parentOf, toText } from './byte-string.js';
import type { ImageSource, ObjectPiece } from './image-source.js';
import type {
  ByteString,
  FileEntry,
  HardLinkEntry,
  InodeEntry,
  Manifest,
  ManifestEntry,
} from './manifest.js';

/** A file that is added to an image, or takes the place of one of its files; it belongs to root. */
export interface OverlayFile {
  readonly path: ByteString;
  readonly content: Buffer;
  readonly mode: number;
}

/** An image with files added. */
export interface OverlaidImage {
  /** In byte order, the root first: what `encodeManifest` takes. */
  readonly entries: readonly ManifestEntry[];
  /** Serves the objects of the image and of the files that were added. */
  readonly source: Pick<ImageSource, 'getObjects'>;
}

const folderMode = 0o755;

/**
 * Adds files to an image, and the directories above them that it lacks. Equal images with equal files give equal entries: what is added has
 * the time of the image's root.
 *
 * @throws `INVALID_MANIFEST` if the image has something other than a regular file where one is to be, or other than a directory above it.
 */
export const overlayImage = (
  { entries }: Pick<Manifest, 'entries'>,
  source: Pick<ImageSource, 'getObjects'>,
  files: readonly OverlayFile[],
): OverlaidImage => {
  if (files.length === 0) return { entries, source };
  const objects = new Map(files.map(({ content }) => [sha512(content), content]));
  return { entries: new Overlay(entries, files).entries(), source: servingFirst(objects, source) };
};

const sha512 = (content: Buffer): string => createHash('sha512').update(content).digest('hex');

/** The places of a manifest that an overlay changes. */
class Overlay {
  readonly #present = new Map<ByteString, ManifestEntry>();
  readonly #added = new Map<ByteString, InodeEntry>();
  readonly #root: InodeEntry;

  constructor(
    readonly before: readonly ManifestEntry[],
    files: readonly OverlayFile[],
  ) {
    this.#root = rootOf(before);
    const concerned = new Set(files.flatMap(({ path }) => [path, ...foldersAbove(path)]));
    for (const entry of before) if (concerned.has(entry.path)) this.#present.set(entry.path, entry);
    for (const file of files) this.#add(file);
  }

  /** Old and new entries, merged in byte order. */
  entries(): ManifestEntry[] {
    const heirs = this.#heirs();
    const kept = this.before
      .filter(({ path }) => !this.#added.has(path))
      .map((entry) => (entry.type === 'hardlink' ? (heirs.get(entry.target)?.get(entry) ?? entry) : entry));
    return [...kept, ...this.#added.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
  }

  #add({ path, content, mode }: OverlayFile): void {
    for (const folder of foldersAbove(path)) this.#addFolder(folder, path);
    const present = this.#present.get(path);
    if (present !== undefined && present.type !== 'file' && present.type !== 'hardlink') {
      throw inTheWay(path, present, path);
    }
    const file: FileEntry = { ...this.#attributes(path, mode), type: 'file', size: content.length };
    const xattrs = present?.type === 'file' ? present.xattrs : undefined;
    this.#added.set(path, {
      ...file,
      ...(content.length > 0 && { sha512: sha512(content) }),
      ...(xattrs !== undefined && { xattrs }),
    });
  }

  #addFolder(folder: ByteString, path: ByteString): void {
    const present = this.#present.get(folder) ?? this.#added.get(folder);
    if (present === undefined) {
      this.#added.set(folder, { ...this.#attributes(folder, folderMode), type: 'directory' });
    } else if (present.type !== 'directory') throw inTheWay(folder, present, path);
  }

  #attributes(path: ByteString, mode: number) {
    return { path, mode, uid: 0, gid: 0, mtimeNs: this.#root.mtimeNs };
  }

  /** Where a file with other names is replaced, its next name becomes the file and the rest link to that. By former target. */
  #heirs(): Map<ByteString, Map<HardLinkEntry, ManifestEntry>> {
    const heirs = new Map<ByteString, Map<HardLinkEntry, ManifestEntry>>();
    for (const entry of this.before) {
      if (entry.type !== 'hardlink' || this.#added.has(entry.path)) continue;
      const replaced = this.#added.has(entry.target) ? this.#present.get(entry.target) : undefined;
      if (replaced === undefined || replaced.type === 'hardlink') continue;
      const names = heirs.get(entry.target) ?? new Map<HardLinkEntry, ManifestEntry>();
      const [first] = names.keys();
      names.set(
        entry,
        first === undefined ? { ...replaced, path: entry.path } : { ...entry, target: first.path },
      );
      heirs.set(entry.target, names);
    }
    return heirs;
  }
}

const rootOf = ([root]: readonly ManifestEntry[]): InodeEntry => {
  if (root?.type === 'directory') return root;
  throw new AmiPublisherError('INVALID_MANIFEST', { message: 'the manifest does not begin with its root' });
};

/** The directories above a path, the root left out, from the top. */
const foldersAbove = (path: ByteString): ByteString[] => {
  const folders: ByteString[] = [];
  for (let folder = parentOf(path); folder; folder = parentOf(folder)) folders.unshift(folder);
  return folders;
};

const inTheWay = (place: ByteString, { type }: ManifestEntry, path: ByteString): AmiPublisherError =>
  new AmiPublisherError('INVALID_MANIFEST', {
    message: `the image has a ${type} at ${toText(place)}, so that ${toText(path)} cannot be written there`,
    resource: toText(place),
    remedy: `make ${toText(place)} ${place === path ? 'a regular file' : 'a directory'} in the image, or leave it out`,
  });

/** Takes objects from memory if they are there, all others from the source, in the order asked for. */
const servingFirst = (
  objects: ReadonlyMap<string, Buffer>,
  source: Pick<ImageSource, 'getObjects'>,
): Pick<ImageSource, 'getObjects'> => ({
  async *getObjects(digests, options): AsyncIterable<ObjectPiece> {
    let others: string[] = [];
    for (const digest of digests) {
      const content = objects.get(digest);
      if (content === undefined) {
        others.push(digest);
        continue;
      }
      if (others.length > 0) yield* source.getObjects(others, options);
      others = [];
      yield { sha512: digest, size: content.length, data: content };
    }
    if (others.length > 0) yield* source.getObjects(others, options);
  },
});
