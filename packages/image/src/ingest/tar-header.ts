import { AmiPublisherError } from '@ami-publisher/base';
import type { Header } from 'tar-stream';
import { fromText, toText } from '../byte-string.js';
import * as rules from '../manifest/field-rules.js';
import type { ByteString } from '../manifest.js';

/** Attributes of an inode as an archive gives them. */
export interface TarAttributes {
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly mtimeNs: bigint;
  readonly xattrs?: Readonly<Record<ByteString, string>>;
}

/** One member of an archive, checked. */
export type TarMember = { readonly path: ByteString } & (
  | { readonly type: 'directory' | 'fifo'; readonly attributes: TarAttributes }
  | { readonly type: 'file'; readonly attributes: TarAttributes; readonly size: number }
  | { readonly type: 'symlink'; readonly attributes: TarAttributes; readonly target: ByteString }
  | {
      readonly type: 'character-device' | 'block-device';
      readonly attributes: TarAttributes;
      readonly major: number;
      readonly minor: number;
    }
  | { readonly type: 'hardlink'; readonly target: ByteString }
);

/** Fields that hold a number; null or NaN if what stands there is none. */
type NumberField = 'mode' | 'uid' | 'gid' | 'size' | 'devmajor' | 'devminor';

/** tar-stream's types say less of a header than there is, and promise a type where it gives null. */
type TarHeader = Omit<Partial<Header>, 'pax' | 'type' | 'linkname' | NumberField> & {
  readonly name: string;
  readonly type?: Header['type'] | null;
  readonly linkname?: string | null;
  readonly pax?: Readonly<Record<string, string>> | null;
} & { readonly [Key in NumberField]?: number | null };

const xattrPrefix = 'SCHILY.xattr.';
/** Characters of a name that a message shows: names of archives may have megabytes. */
const maxShown = 300;
const again = 'make the archive again';

/** An archive that cannot become an image. */
export const invalidArchive = (
  member: string,
  problem: string,
  remedy: string,
  cause?: unknown,
): AmiPublisherError => {
  const shown = member.length > maxShown ? `${member.slice(0, maxShown)}…` : member;
  return new AmiPublisherError('INVALID_ARCHIVE', {
    message: `archive member ${shown || '(unnamed)'} ${problem}`,
    resource: shown,
    remedy,
    cause,
  });
};

/** Text of a PAX record as bytes. The reader decodes records as UTF-8, so that what is not UTF-8 is lost. */
const fromRecord = (value: string, member: string, what: string): ByteString => {
  if (!value.includes('\ufffd')) return fromText(value);
  throw invalidArchive(
    member,
    `has a PAX ${what} that is not UTF-8`,
    'make the archive with `tar --format=gnu` (without extended attributes), or add the directory itself',
  );
};

/** A path of an archive as one of a manifest: relative, without `.` and empty components. */
const sanitise = (path: ByteString): ByteString => {
  const components = path.split('/').filter((component) => component !== '' && component !== '.');
  if (components.includes('..'))
    throw invalidArchive(toText(path), 'has `..` in its path', 'make the archive from inside the tree');
  const sane = components.join('/');
  const problem = rules.path(sane);
  if (problem === undefined) return sane;
  throw invalidArchive(toText(path), `has a path that ${problem}`, 'give it a name that Linux can hold');
};

const pathOf = (
  header: TarHeader,
  record: 'path' | 'linkpath',
  plain: string | null | undefined,
): ByteString => {
  const value = header.pax?.[record];
  return value ? fromRecord(value, header.name, record) : (plain ?? '');
};

const decimal = /^(-?)(\d+)(?:\.(\d*))?$/;

/** @param value left out is 0, as an empty field. */
const integer = (header: TarHeader, key: string, value: number | null = 0): number => {
  if (Number.isSafeInteger(value)) return value as number;
  throw invalidArchive(header.name, `has the ${key} ${value}`, again);
};

const natural = (header: TarHeader, key: NumberField): number => {
  const value = integer(header, key, header[key]);
  if (value >= 0) return value;
  throw invalidArchive(header.name, `has the ${key} ${value}`, again);
};

const timeOf = (header: TarHeader): bigint => {
  const text = header.pax?.mtime;
  if (text === undefined) return BigInt(integer(header, 'mtime', header.mtime?.getTime())) * 1_000_000n;
  const match = decimal.exec(text);
  if (match === null) throw invalidArchive(header.name, `has the time ${JSON.stringify(text)}`, again);
  const [, sign, seconds = '0', fraction = ''] = match;
  const ns = BigInt(seconds) * 1_000_000_000n + BigInt(fraction.slice(0, 9).padEnd(9, '0'));
  return sign === '-' ? -ns : ns;
};

const idOf = (header: TarHeader, key: 'uid' | 'gid'): number => {
  const text = header.pax?.[key];
  if (text === undefined) return natural(header, key);
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw invalidArchive(header.name, `has the ${key} ${text}`, again);
};

const xattrsOf = (header: TarHeader): TarAttributes['xattrs'] => {
  const records = Object.entries(header.pax ?? {}).filter(([key]) => key.startsWith(xattrPrefix));
  if (records.length === 0) return undefined;
  return Object.fromEntries(
    records.map(([key, value]) => [
      fromRecord(key.slice(xattrPrefix.length), header.name, 'attribute name'),
      Buffer.from(fromRecord(value, header.name, `record ${key}`), 'latin1').toString('base64'),
    ]),
  );
};

const attributesOf = (header: TarHeader): TarAttributes => {
  const xattrs = xattrsOf(header);
  return {
    mode: natural(header, 'mode') & 0o7777,
    uid: idOf(header, 'uid'),
    gid: idOf(header, 'gid'),
    mtimeNs: timeOf(header),
    ...(xattrs !== undefined && { xattrs }),
  };
};

const checkRepresentable = (header: TarHeader): void => {
  const sparse = Object.keys(header.pax ?? {}).some((key) => key.startsWith('GNU.sparse.'));
  if (!sparse) return;
  throw invalidArchive(header.name, 'is a GNU sparse file', 'make the archive without `--sparse`');
};

/**
 * Reads the header of an archive member.
 *
 * @throws `INVALID_ARCHIVE` naming the member and what an image cannot represent.
 */
export const readTarHeader = (header: TarHeader): TarMember => {
  checkRepresentable(header);
  // Of every type: after a size that is none, the reader would wait for ever.
  const size = natural(header, 'size');
  const name = pathOf(header, 'path', header.name);
  const path = sanitise(name);
  const attributes = attributesOf(header);
  switch (header.type) {
    case 'file':
    case 'contiguous-file':
      // Archives older than POSIX mark a directory by a slash only.
      if (name.endsWith('/')) return { path, type: 'directory', attributes };
      return { path, type: 'file', attributes, size };
    case 'directory':
    case 'fifo':
      return { path, type: header.type, attributes };
    case 'symlink':
      return { path, type: 'symlink', attributes, target: pathOf(header, 'linkpath', header.linkname) };
    case 'link':
      return { path, type: 'hardlink', target: sanitise(pathOf(header, 'linkpath', header.linkname)) };
    case 'character-device':
    case 'block-device':
      return {
        path,
        type: header.type,
        attributes,
        major: natural(header, 'devmajor'),
        minor: natural(header, 'devminor'),
      };
    default:
      throw invalidArchive(
        toText(name),
        'has a type that an image cannot hold (GNU sparse, multi-volume or incremental archives)',
        'make the archive with `tar --format=pax` and without `--sparse`',
      );
  }
};
