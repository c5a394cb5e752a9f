import { AmiPublisherError } from '@ami-publisher/base';
import type { Header } from 'tar-stream';
import { fromText, toText } from '../byte-string.js';
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

/** tar-stream's types say less of a header than there is, and promise a type where it gives null. */
type TarHeader = Omit<Partial<Header>, 'pax' | 'type' | 'linkname'> & {
  readonly name: string;
  readonly type?: Header['type'] | null;
  readonly linkname?: string | null;
  readonly pax?: Readonly<Record<string, string>> | null;
};

const xattrPrefix = 'SCHILY.xattr.';

/** An archive that cannot become an image. */
export const invalidArchive = (
  member: string,
  problem: string,
  remedy: string,
  cause?: unknown,
): AmiPublisherError =>
  new AmiPublisherError('INVALID_ARCHIVE', {
    message: `archive member ${member || '(unnamed)'} ${problem}`,
    resource: member,
    remedy,
    cause,
  });

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
  if (!components.includes('..')) return components.join('/');
  throw invalidArchive(toText(path), 'has `..` in its path', 'make the archive from inside the tree');
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

const timeOf = (header: TarHeader): bigint => {
  const text = header.pax?.mtime;
  if (text === undefined) return BigInt(header.mtime?.getTime() ?? 0) * 1_000_000n;
  const match = decimal.exec(text);
  if (match === null)
    throw invalidArchive(header.name, `has the time ${JSON.stringify(text)}`, 'make the archive again');
  const [, sign, seconds = '0', fraction = ''] = match;
  const ns = BigInt(seconds) * 1_000_000_000n + BigInt(fraction.slice(0, 9).padEnd(9, '0'));
  return sign === '-' ? -ns : ns;
};

const idOf = (header: TarHeader, key: 'uid' | 'gid'): number => {
  const text = header.pax?.[key];
  const id = text === undefined ? (header[key] ?? 0) : Number(text);
  if (Number.isSafeInteger(id) && id >= 0) return id;
  throw invalidArchive(header.name, `has the ${key} ${text ?? id}`, 'make the archive again');
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
    mode: (header.mode ?? 0) & 0o7777,
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
  const name = pathOf(header, 'path', header.name);
  const path = sanitise(name);
  const attributes = attributesOf(header);
  switch (header.type) {
    case 'file':
    case 'contiguous-file':
      // Archives older than POSIX mark a directory by a slash only.
      if (name.endsWith('/')) return { path, type: 'directory', attributes };
      return { path, type: 'file', attributes, size: header.size ?? 0 };
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
        major: header.devmajor ?? 0,
        minor: header.devminor ?? 0,
      };
    default:
      throw invalidArchive(
        toText(name),
        'has a type that an image cannot hold (GNU sparse, multi-volume or incremental archives)',
        'make the archive with `tar --format=pax` and without `--sparse`',
      );
  }
};
