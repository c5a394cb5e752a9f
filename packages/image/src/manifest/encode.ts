import { createHash } from 'node:crypto';
import type { InodeEntry, ManifestEntry } from '../manifest.js';

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

const attributes = (entry: InodeEntry) => ({
  path: entry.path,
  type: entry.type,
  mode: entry.mode.toString(8).padStart(4, '0'),
  uid: entry.uid,
  gid: entry.gid,
  mtimeNs: entry.mtimeNs.toString(),
});

const particulars = (entry: InodeEntry): object => {
  switch (entry.type) {
    case 'file':
      return { size: entry.size, sha512: entry.sha512, extents: entry.extents };
    case 'symlink':
      return { target: entry.target };
    case 'character-device':
    case 'block-device':
      return { major: entry.major, minor: entry.minor };
    default:
      return {};
  }
};

/** One line of a manifest, without its line feed; keys in their fixed order. */
export const encodeEntry = (entry: ManifestEntry): string => {
  if (entry.type === 'hardlink') {
    return JSON.stringify({ path: entry.path, type: entry.type, target: entry.target });
  }
  return JSON.stringify({
    ...attributes(entry),
    ...particulars(entry),
    xattrs: entry.xattrs === undefined ? undefined : sorted(entry.xattrs),
  });
};

/**
 * Encodes a manifest: JSON Lines, a header and one line per entry. Equal trees have equal bytes.
 *
 * The entries are not checked; `parseManifest` does that.
 */
export const encodeManifest = (entries: readonly ManifestEntry[]): EncodedManifest => {
  const lines = [manifestHeader, ...entries.map(encodeEntry)];
  const bytes = Buffer.from(`${lines.join('\n')}\n`, 'utf8');
  return { bytes, digest: createHash('sha512').update(bytes).digest('hex') };
};
