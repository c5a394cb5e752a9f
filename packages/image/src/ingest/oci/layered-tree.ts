import { toText } from '../../byte-string.js';
import type { ByteString, InodeEntry, ManifestEntry } from '../../manifest.js';
import { invalidArchive, type TarMember } from '../tar-header.js';
import { defaultAttributes, inodeOf, type TarInode } from '../tar-inode.js';

/** One name in the tree; `layer` is the last that has named it. */
interface Node {
  inode: TarInode;
  layer: number;
  readonly children: Map<ByteString, Node>;
}

const whiteout = '.wh.';
const opaque = '.wh..wh..opq';
/** Other files of this beginning are notes of a union file system to itself. */
const note = '.wh..wh.';
/** As many links as Linux follows in one path. */
const maxLinks = 40;
const again = 'make the layers again';

const newNode = (inode: TarInode, layer: number): Node => ({ inode, layer, children: new Map() });

const implied = (layer: number): Node => newNode({ type: 'directory', ...defaultAttributes }, layer);

const split = (path: ByteString): { readonly parent: ByteString[]; readonly name: ByteString } => {
  const components = path.split('/');
  const name = components.pop() ?? '';
  return { parent: components, name };
};

/** The tree that layers describe, one upon the other. */
export class LayeredTree {
  readonly #root = implied(0);
  #layer = 0;

  /** What comes from now on lies upon what was there. */
  beginLayer(): void {
    this.#layer += 1;
  }

  /**
   * Adds a member of the layer, or takes away what a whiteout names.
   *
   * Parents that are symbolic links lead on, yet never out of the tree, as when a container runtime unpacks layers.
   *
   * @param sha512 of the content of a file that has some.
   * @throws `INVALID_ARCHIVE` if its parent is no directory, or it links to nothing.
   */
  add(member: TarMember, sha512: string | undefined): void {
    if (member.path === '') {
      this.#replaceRoot(member);
      return;
    }
    const { parent, name } = split(member.path);
    if (name.startsWith(whiteout)) this.#takeAway(parent, name, member.path);
    else this.#place(this.#directory(parent, member.path), name, this.#inode(member, sha512));
  }

  /** The entries of the manifest; of several names of one inode the first in byte order carries it. */
  entries(): ManifestEntry[] {
    const nodes: { readonly path: ByteString; readonly inode: TarInode }[] = [];
    const collect = (node: Node, path: ByteString): void => {
      nodes.push({ path, inode: node.inode });
      for (const [name, child] of node.children) collect(child, path === '' ? name : `${path}/${name}`);
    };
    collect(this.#root, '');
    const first = new Map<TarInode, ByteString>();
    return nodes
      .sort((a, b) => (a.path < b.path ? -1 : 1))
      .map(({ path, inode }) => {
        const target = first.get(inode);
        if (target !== undefined) return { type: 'hardlink', path, target };
        first.set(inode, path);
        return { path, ...inode } as InodeEntry;
      });
  }

  #inode(member: TarMember, sha512: string | undefined): TarInode {
    if (member.type !== 'hardlink') return inodeOf(member, sha512);
    const { parent, name } = split(member.target);
    const target = this.#find(parent, member.path)?.children.get(name);
    if (target !== undefined && target.inode.type !== 'directory') return target.inode;
    throw invalidArchive(
      toText(member.path),
      `links to ${toText(member.target)}, which is no file of this layer or one below`,
      again,
    );
  }

  #replaceRoot(member: TarMember): void {
    if (member.type !== 'directory')
      throw invalidArchive('.', `makes the root of the tree a ${member.type}`, again);
    this.#root.inode = inodeOf(member, undefined);
  }

  /** A directory keeps its children when it is named again; anything else replaces what was there, and all below it. */
  #place(directory: Node, name: ByteString, inode: TarInode): void {
    const before = directory.children.get(name);
    if (before?.inode.type === 'directory' && inode.type === 'directory') {
      before.inode = inode;
      before.layer = this.#layer;
      return;
    }
    directory.children.set(name, newNode(inode, this.#layer));
  }

  #takeAway(parent: readonly ByteString[], name: ByteString, path: ByteString): void {
    if (name.startsWith(note) && name !== opaque) return;
    const hidden = name.slice(whiteout.length);
    if (hidden === '' || hidden === '.' || hidden === '..')
      throw invalidArchive(toText(path), 'is a whiteout of nothing', again);
    const directory = this.#find(parent, path);
    if (directory === undefined) return;
    if (name === opaque) this.#hideChildren(directory);
    else this.#hide(directory, hidden);
  }

  /** A whiteout hides what layers below have brought, whatever its place in its own layer. */
  #hide(directory: Node, name: ByteString): void {
    const node = directory.children.get(name);
    if (node !== undefined && !this.#keepOfThisLayer(node)) directory.children.delete(name);
  }

  #hideChildren(directory: Node): void {
    for (const name of [...directory.children.keys()]) this.#hide(directory, name);
  }

  /** Takes away what layers below have brought. @returns whether something of the node stays: itself, or what lies in it. */
  #keepOfThisLayer(node: Node): boolean {
    this.#hideChildren(node);
    return node.layer === this.#layer || node.children.size > 0;
  }

  /** The directory of some components, made where there is none. */
  #directory(components: readonly ByteString[], of: ByteString): Node {
    const make = (directory: Node, name: ByteString): Node => {
      const made = implied(this.#layer);
      directory.children.set(name, made);
      return made;
    };
    return this.#find(components, of, make)!;
  }

  /** The directory of some components; links are followed inside of the tree. @param make gives what is not there */
  #find(
    components: readonly ByteString[],
    of: ByteString,
    make: (directory: Node, name: ByteString) => Node | undefined = () => undefined,
  ): Node | undefined {
    const waiting = [...components].reverse();
    const trail = [this.#root];
    let links = 0;
    for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
      if (name === '..') {
        trail.length = Math.max(1, trail.length - 1);
        continue;
      }
      const directory = trail.at(-1)!;
      const child = directory.children.get(name) ?? make(directory, name);
      if (child === undefined) return undefined;
      if (child.inode.type === 'directory') {
        trail.push(child);
        continue;
      }
      links += 1;
      if (child.inode.type !== 'symlink' || links > maxLinks) throw notADirectory(of, name, child);
      if (child.inode.target.startsWith('/')) trail.length = 1;
      waiting.push(...componentsOf(child.inode.target).reverse());
    }
    return trail.at(-1);
  }
}

const componentsOf = (path: ByteString): ByteString[] =>
  path.split('/').filter((component) => component !== '' && component !== '.');

const notADirectory = (path: ByteString, name: ByteString, { inode }: Node) =>
  invalidArchive(
    toText(path),
    inode.type === 'symlink'
      ? 'lies behind too many symbolic links'
      : `lies in ${toText(name)}, which is a ${inode.type}`,
    again,
  );
