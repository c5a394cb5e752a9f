import { createHash } from 'node:crypto';
import { AmiPublisherError } from '@ami-publisher/base';
import { Breather } from '../breather.js';
import { encodeEntry, manifestHeader } from '../manifest/encode.js';
import { parseEntry } from '../manifest/entry.js';
import type { ByteString, Manifest, ManifestEntry } from '../manifest.js';

/** An image that a tree is known to equal, so that the tree itself need not be looked at. */
export interface KnownImage {
  /** Lower-case hex SHA-512 of its manifest. */
  readonly digest: string;
  /** The bytes of its manifest. */
  read(): AsyncIterable<Uint8Array>;
}

/** What differs between two images, with all that belongs to it. */
export interface ImageDifference {
  /** Entries of the old image that the new one does not have so. */
  readonly before: readonly ManifestEntry[];
  /** Entries of the new image that the old one does not have so. */
  readonly after: readonly ManifestEntry[];
}

const lineFeed = 0x0a;

/**
 * Compares the image that a tree holds with a new one; takes memory for what differs only. What is compared belongs together: either all names
 * of an inode are in the result or none, and of each content that is wanted and that an unchanged file has, one such file is in both lists.
 *
 * @throws `INVALID_MANIFEST` if the old manifest does not have its digest; `CANCELLED`.
 */
export const compareImages = async (
  known: KnownImage,
  { entries }: Pick<Manifest, 'entries'>,
  signal: AbortSignal | undefined,
): Promise<ImageDifference> => {
  const unlike = await differentLines(known, entries, signal);
  const dirty = new Set([...unlike.before, ...unlike.after].map(({ path }) => path));
  for (const path of contentSources(unlike, entries, dirty)) dirty.add(path);
  spreadOverLinks(unlike.before, entries, dirty);
  const listed = new Set([...unlike.before, ...unlike.after].map(({ path }) => path));
  const unchanged = entries.filter(({ path }) => dirty.has(path) && !listed.has(path));
  return { before: sorted(unlike.before, unchanged), after: sorted(unlike.after, unchanged) };
};

const sorted = (...lists: readonly (readonly ManifestEntry[])[]): ManifestEntry[] =>
  lists.flat().sort((a, b) => (a.path < b.path ? -1 : 1));

/** Both manifests are in byte order, so that they can be read side by side. */
const differentLines = async (
  known: KnownImage,
  entries: readonly ManifestEntry[],
  signal: AbortSignal | undefined,
): Promise<ImageDifference> => {
  const before: ManifestEntry[] = [];
  const after: ManifestEntry[] = [];
  let next = 0;
  const isNext = (line: string): boolean => {
    const entry = entries[next];
    return entry !== undefined && encodeEntry(entry) === line;
  };
  for await (const line of linesOf(known, signal)) {
    if (!isNext(line)) {
      const old = parseEntry(line);
      for (; entries[next] !== undefined && entries[next]!.path < old.path; next += 1)
        after.push(entries[next]!);
      if (!isNext(line)) {
        before.push(old);
        continue;
      }
    }
    next += 1;
  }
  return { before, after: [...after, ...entries.slice(next)] };
};

/** The lines of a manifest below its header, without their line feeds. */
async function* linesOf(known: KnownImage, signal: AbortSignal | undefined): AsyncGenerator<string> {
  const hash = createHash('sha512');
  const breather = new Breather(signal);
  let rest = Buffer.alloc(0);
  let isHeader = true;
  for await (const chunk of known.read()) {
    hash.update(chunk);
    let data = rest.length === 0 ? Buffer.from(chunk) : Buffer.concat([rest, chunk]);
    for (let end = data.indexOf(lineFeed); end !== -1; end = data.indexOf(lineFeed)) {
      const line = data.toString('utf8', 0, end);
      if (isHeader && line !== manifestHeader) throw damaged(known);
      if (!isHeader) yield line;
      isHeader = false;
      data = data.subarray(end + 1);
      await breather.breathe();
    }
    rest = data;
  }
  if (rest.length > 0 || hash.digest('hex') !== known.digest) throw damaged(known);
}

/** For each content that only the new image's entries are sure to need, an unchanged file that has it. */
function* contentSources(
  { after }: ImageDifference,
  entries: readonly ManifestEntry[],
  dirty: ReadonlySet<ByteString>,
): Generator<ByteString> {
  const wanted = new Set(after.flatMap((entry) => (entry.type === 'file' ? (entry.sha512 ?? []) : [])));
  for (const entry of entries) {
    if (wanted.size === 0) return;
    if (entry.type !== 'file' || entry.sha512 === undefined || dirty.has(entry.path)) continue;
    if (wanted.delete(entry.sha512)) yield entry.path;
  }
}

/** What concerns one name of an inode concerns all, in either image. */
const spreadOverLinks = (
  before: readonly ManifestEntry[],
  entries: readonly ManifestEntry[],
  dirty: Set<ByteString>,
): void => {
  const unchanged = entries.filter(({ path }) => !dirty.has(path));
  const groups = [...namesOfLinked([...before, ...unchanged]), ...namesOfLinked(entries)];
  for (let size = -1; size !== dirty.size; ) {
    size = dirty.size;
    for (const names of groups) {
      if (names.some((name) => dirty.has(name))) for (const name of names) dirty.add(name);
    }
  }
};

/** The names of each inode that has several. */
const namesOfLinked = (entries: readonly ManifestEntry[]): ByteString[][] => {
  const names = new Map<ByteString, ByteString[]>();
  for (const entry of entries) {
    if (entry.type !== 'hardlink') continue;
    const known = names.get(entry.target);
    if (known === undefined) names.set(entry.target, [entry.target, entry.path]);
    else known.push(entry.path);
  }
  return [...names.values()];
};

const damaged = ({ digest }: KnownImage): AmiPublisherError =>
  new AmiPublisherError('INVALID_MANIFEST', {
    message: `what was kept of manifest ${digest.slice(0, 16)}… has another digest`,
    resource: digest,
    remedy: 'leave it out: the tree is read instead',
  });
