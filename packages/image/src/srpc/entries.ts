import { AmiPublisherError } from '@ami-publisher/base';
import type { SrpcImageTree, SrpcInode } from '@ami-publisher/srpc';
import { fromText } from '../byte-string.js';
import type { ByteString, InodeEntry, ManifestEntry } from '../manifest.js';
import { decodeDevice } from '../posix.js';

type Directory = SrpcImageTree['root'];
type Special = Extract<SrpcInode, { type: 'special' }>;
type File = Extract<SrpcInode, { type: 'file' }>;
type Link = Extract<SrpcInode, { type: 'symlink' }>;

/** An entry that gets its path, and perhaps its time, when its place in the tree is known. */
type Draft = Mutable<InodeEntry>;
type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

/** A directory that has not been walked through. */
interface Folder {
  readonly draft: Draft;
  /** What it holds, in two lists side by side. */
  readonly names: readonly string[];
  readonly inodes: readonly InodeKey[];
}

/** The number of an inode; as text if a number cannot hold it. Numbers take far less memory. */
type InodeKey = number | string;

const keyOf = (number: string): InodeKey => {
  const key = Number(number);
  return Number.isSafeInteger(key) ? key : number;
};

/** What stands for bytes of a name that JSON could not carry. */
const damaged = '\ufffd';
const permissionBits = 0o7777;
const typeBits = 0o170000;
const deviceTypes = new Map<number, 'character-device' | 'block-device'>([
  [0o020000, 'character-device'],
  [0o060000, 'block-device'],
]);
const fifoType = 0o010000;

/**
 * Makes a manifest's entries of a tree as an image server of Go has it: of its inodes, which come in any order, and at last of its root. Each inode becomes the entry that it will be
 * at once, as there may be hundreds of thousands. Directories and links have no times of their own there: they get that of the image, so that equal images have equal manifests.
 * Sockets and files that are computed on each machine are left out, as the unpackers of Go do.
 */
export class TreeEntries {
  readonly #image: string;
  readonly #drafts = new Map<InodeKey, Draft | Folder | undefined>();
  /** Paths of inodes that have several. */
  readonly #names = new Map<Draft, ByteString[]>();

  /** @param image `STREAM/LEAF`, for messages */
  constructor(image: string) {
    this.#image = image;
  }

  /** Takes an inode other than the root. */
  add(number: string, inode: SrpcInode): void {
    this.#drafts.set(keyOf(number), draftOf(inode));
  }

  /**
   * The entries in the order of a manifest; nothing can be added after that.
   *
   * @throws `INVALID_MANIFEST` if names were damaged on their way, or the tree is none.
   */
  end({ createdAt, root }: Pick<SrpcImageTree, 'createdAt' | 'root'>): ManifestEntry[] {
    const imageNs = BigInt(createdAt?.getTime() ?? 0) * 1_000_000n;
    const top = folderOf(root);
    const entries: ManifestEntry[] = [top.draft];
    for (const draft of this.#walk(top)) entries.push(draft);
    this.#drafts.clear();
    for (const [draft, paths] of this.#names) {
      const [first = '', ...others] = paths.sort(byByte);
      draft.path = first;
      for (const path of others) entries.push({ type: 'hardlink', path, target: first });
    }
    for (const entry of entries) if (hasNoTime(entry)) (entry as Draft).mtimeNs = imageNs;
    return entries.sort((a, b) => byByte(a.path, b.path));
  }

  /** Every inode that has a name, with the first that was found of it. */
  *#walk(top: Folder): Generator<Draft> {
    const waiting = [top];
    for (let folder = waiting.pop(); folder !== undefined; folder = waiting.pop()) {
      const inside = folder.draft.path === '' ? '' : `${folder.draft.path}/`;
      for (const [index, number] of folder.inodes.entries()) {
        const path = inside + this.#byteName(folder.names[index] ?? '');
        const found = this.#drafts.get(number);
        if (found === undefined) {
          if (!this.#drafts.has(number)) throw this.#invalid(`has no inode ${number} for ${path}`);
          continue;
        }
        const draft = 'names' in found ? found.draft : found;
        if (draft.path !== '') this.#addName(draft, path);
        else {
          draft.path = path;
          yield draft;
          if ('names' in found) waiting.push(found);
        }
        // A directory has one name only, so that a tree cannot contain itself.
        if ('names' in found) this.#drafts.set(number, draft);
      }
    }
  }

  #addName(draft: Draft, path: ByteString): void {
    if (draft.type === 'directory') throw this.#invalid(`has the directory ${path} in several places`);
    const paths = this.#names.get(draft);
    if (paths === undefined) this.#names.set(draft, [draft.path, path]);
    else paths.push(path);
  }

  #byteName(name: string): ByteString {
    if (name.includes(damaged)) throw this.#invalid(`has a name that is not UTF-8, ${JSON.stringify(name)}`);
    if (name === '') throw this.#invalid('has an empty name');
    if (name.includes('/')) throw this.#invalid(`has a slash in the name ${JSON.stringify(name)}`);
    return fromText(name);
  }

  #invalid(what: string): AmiPublisherError {
    return new AmiPublisherError('INVALID_MANIFEST', {
      message: `the image ${this.#image} ${what}`,
      resource: this.#image,
      remedy: 'build the image again; names that are not UTF-8 need an image server of ours',
    });
  }
}

const byByte = (a: ByteString, b: ByteString): number => (a < b ? -1 : 1);

const hasNoTime = ({ type }: ManifestEntry): boolean => type === 'directory' || type === 'symlink';

/** Undefined for what is left out. */
const draftOf = (inode: SrpcInode): Draft | Folder | undefined => {
  switch (inode.type) {
    case 'directory':
      return folderOf(inode);
    case 'file':
      return fileOf(inode);
    case 'symlink':
      return linkOf(inode);
    case 'special':
      return specialOf(inode);
    case 'computed':
      return undefined;
  }
};

const folderOf = ({ entries, gid, mode, uid }: Directory): Folder => ({
  draft: { type: 'directory', path: '', mode: mode & permissionBits, uid, gid, mtimeNs: 0n },
  names: entries.map(({ name }) => name),
  inodes: entries.map(({ inode }) => keyOf(inode)),
});

/** In plain literals, as there may be hundreds of thousands. */
const fileOf = ({ gid, mode: bits, mtimeNs, sha512, size, uid }: File): Draft => {
  const mode = bits & permissionBits;
  return size === 0
    ? { type: 'file', path: '', mode, uid, gid, mtimeNs, size }
    : { type: 'file', path: '', mode, uid, gid, mtimeNs, size, sha512 };
};

const linkOf = ({ gid, target, uid }: Link): Draft => ({
  type: 'symlink',
  path: '',
  ...{ mode: 0o777, uid, gid, mtimeNs: 0n },
  target: fromText(target),
});

const specialOf = ({ device, gid, mode, mtimeNs, uid }: Special): Draft | undefined => {
  const attributes = { path: '', mode: mode & permissionBits, uid, gid, mtimeNs };
  const type = deviceTypes.get(mode & typeBits);
  if (type !== undefined) return { type, ...attributes, ...decodeDevice(BigInt(device)) };
  return (mode & typeBits) === fifoType ? { type: 'fifo', ...attributes } : undefined;
};
