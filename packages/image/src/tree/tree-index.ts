import type { ByteString, FileEntry } from '../manifest.js';
import type { FileState } from './scan.js';

/** Content of a regular file that has one. */
export interface FileContent {
  /** Lower-case hex SHA-512. */
  readonly sha512: string;
  /** As in the manifest; left out when there are no holes. */
  readonly extents?: NonNullable<FileEntry['extents']>;
}

interface IndexedFile {
  readonly state: string;
  readonly content: FileContent;
}

/** A change in the same tick of the file system's clock leaves the ctime as it is; ticks are at most 10 ms. */
export const trustedAgeMs = 20;
const trustedAgeNs = BigInt(trustedAgeMs) * 1_000_000n;

const stateOf = (node: FileState): string => `${node.inode}:${node.ctimeNs}:${node.size}`;

/**
 * Digests of files by what `stat` says of them: device, inode, ctime and size. Saves reading files that have not changed; it never
 * saves the stat walk.
 */
export class TreeIndex {
  readonly #files: Map<ByteString, IndexedFile>;

  private constructor(files: Map<ByteString, IndexedFile>) {
    this.#files = files;
  }

  /** An index that knows nothing. */
  static empty(): TreeIndex {
    return new TreeIndex(new Map());
  }

  /** Reads what `encode` wrote. Undefined if it is anything else: an index is a cache, and doing without it is always right. */
  static parse(text: string): TreeIndex | undefined {
    const value = parseJson(text);
    if (!isEncodedIndex(value)) return undefined;
    const files = value.files.map(
      ([path, state, sha512, extents]) =>
        [path, { state, content: { sha512, ...(extents && { extents }) } }] as const,
    );
    return new TreeIndex(new Map(files));
  }

  /** Number of files that it knows. */
  get size(): number {
    return this.#files.size;
  }

  /** The content of a file if it has not changed since it was recorded. */
  find(node: FileState): FileContent | undefined {
    const known = this.#files.get(node.path);
    return known?.state === stateOf(node) ? known.content : undefined;
  }

  /**
   * Remembers content that was read or written not before `sinceMs` (milliseconds since the Unix epoch), unless the file was then
   * so young that it could have changed once more without showing.
   */
  record(node: FileState, content: FileContent, sinceMs: number): void {
    if (BigInt(Math.floor(sinceMs)) * 1_000_000n - node.ctimeNs < trustedAgeNs) return;
    this.#files.set(node.path, { state: stateOf(node), content });
  }

  /** Takes over an entry that `find` just gave. */
  keep(node: FileState, content: FileContent): void {
    this.#files.set(node.path, { state: stateOf(node), content });
  }

  /** One JSON document. */
  encode(): string {
    const files = [...this.#files].map(([path, { state, content }]) => [
      path,
      state,
      content.sha512,
      content.extents,
    ]);
    return JSON.stringify({ format, version: 1, files });
  }
}

const format = 'ami-publisher-tree-index';

type EncodedFile = [ByteString, string, string, FileEntry['extents'] | null | undefined];

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

const isEncodedFile = (value: unknown): value is EncodedFile =>
  Array.isArray(value) && value.slice(0, 3).every((part) => typeof part === 'string') && value.length <= 4;

const isEncodedIndex = (value: unknown): value is { readonly files: readonly EncodedFile[] } => {
  if (typeof value !== 'object' || value === null) return false;
  const index = value as { format?: unknown; version?: unknown; files?: unknown };
  if (index.format !== format || index.version !== 1) return false;
  return Array.isArray(index.files) && index.files.every(isEncodedFile);
};
