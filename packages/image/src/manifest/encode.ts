import { createHash } from 'node:crypto';
import type { DeviceEntry, FileEntry, InodeEntry, ManifestEntry, SymlinkEntry } from '../manifest.js';

/** The canonical bytes of a manifest and their digest. */
export interface EncodedManifest {
  readonly bytes: Buffer;
  /** Lower-case hex SHA-512. */
  readonly digest: string;
}

/** First line of every manifest. */
export const manifestHeader = '{"format":"ami-publisher-manifest","version":1}';

const sorted = (record: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));

/** What entries of some types have. */
type Particulars = Pick<InodeEntry, 'type'> &
  Partial<Pick<FileEntry, 'size' | 'sha512' | 'extents'>> &
  Partial<Pick<SymlinkEntry, 'target'>> &
  Partial<Pick<DeviceEntry, 'major' | 'minor'>>;

/** One line of a manifest, without its line feed. */
export const encodeEntry = (entry: ManifestEntry): string => JSON.stringify(recordOf(entry));

/** What a line of a manifest has, keys in their fixed order; those that are undefined are left out. */
export const recordOf = (entry: ManifestEntry): Record<string, unknown> => {
  if (entry.type === 'hardlink') return { path: entry.path, type: entry.type, target: entry.target };
  const { size, sha512, extents, target, major, minor }: Particulars = entry;
  // One literal for all types: several times faster than putting it together.
  return {
    path: entry.path,
    type: entry.type,
    mode: entry.mode.toString(8).padStart(4, '0'),
    uid: entry.uid,
    gid: entry.gid,
    mtimeNs: entry.mtimeNs.toString(),
    size,
    sha512,
    extents,
    target,
    major,
    minor,
    xattrs: entry.xattrs === undefined ? undefined : sorted(entry.xattrs),
  };
};

const linesAPiece = 512;

/** The canonical bytes of a manifest piece by piece, so that they need not be in memory as a whole. */
export function* encodePieces(entries: readonly ManifestEntry[]): Generator<Buffer> {
  yield Buffer.from(`${manifestHeader}\n`);
  for (let at = 0; at < entries.length; at += linesAPiece) {
    const lines = entries.slice(at, at + linesAPiece).map(encodeEntry);
    yield Buffer.from(`${lines.join('\n')}\n`, 'utf8');
  }
}

/**
 * Encodes a manifest: JSON Lines, a header and one line per entry. Equal trees have equal bytes.
 *
 * The entries are not checked; `parseManifest` does that.
 */
export const encodeManifest = (entries: readonly ManifestEntry[]): EncodedManifest => {
  const bytes = Buffer.concat([...encodePieces(entries)]);
  return { bytes, digest: createHash('sha512').update(bytes).digest('hex') };
};
