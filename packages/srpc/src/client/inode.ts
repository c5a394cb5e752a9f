import type { Json } from '../wire/json.js';
import { anotherForm } from './parse-reply.js';

/** A name in a directory of an image, and the inode that it is a name of: its number in decimal digits. */
export interface SrpcDirectoryEntry {
  readonly name: string;
  readonly inode: string;
}

interface Owner {
  readonly uid: number;
  readonly gid: number;
}

interface Attributes extends Owner {
  /** With the bits of the type. */
  readonly mode: number;
}

interface Modified {
  /** Nanoseconds since the Unix epoch. */
  readonly mtimeNs: bigint;
}

/** A directory of an image. */
export interface SrpcDirectory extends Attributes {
  readonly type: 'directory';
  readonly entries: readonly SrpcDirectoryEntry[];
}

interface FileInode extends Attributes, Modified {
  readonly type: 'file';
  /** Bytes. */
  readonly size: number;
  /** Lower-case hex. */
  readonly sha512: string;
}

interface ComputedInode extends Attributes {
  readonly type: 'computed';
  readonly source: string;
}

interface SymlinkInode extends Owner {
  readonly type: 'symlink';
  readonly target: string;
}

interface SpecialInode extends Attributes, Modified {
  readonly type: 'special';
  /** The device number in decimal digits. */
  readonly device: string;
}

/** An inode of an image. */
export type SrpcInode = SrpcDirectory | FileInode | ComputedInode | SymlinkInode | SpecialInode;

/**
 * Inodes are read without a schema: there may be hundreds of thousands, and what a schema leaves behind of each is more than what is kept of it.
 */
type Fields = { readonly [key: string]: Json };

const integer = (fields: Fields, key: string): number => {
  const value = fields[key];
  if (typeof value === 'number' && Number.isSafeInteger(value)) return value;
  throw anotherForm(key, 'expected an integer');
};

const count = (fields: Fields, key: string): number => {
  const value = integer(fields, key);
  if (value >= 0) return value;
  throw anotherForm(key, 'expected an integer that is not negative');
};

const text = (fields: Fields, key: string): string => {
  const value = fields[key];
  if (typeof value === 'string') return value;
  throw anotherForm(key, 'expected a string');
};

const maxIdentifier = 0xffff_ffff_ffff_ffffn;

/** A 64-bit number that names something, in decimal digits. */
const identifier = (fields: Fields, key: string): string => {
  const value = fields[key];
  const isIdentifier =
    typeof value === 'bigint' ? value >= 0n && value <= maxIdentifier : count(fields, key) >= 0;
  if (isIdentifier) return String(value);
  throw anotherForm(key, 'expected an unsigned integer of 64 bits');
};

const digest = (fields: Fields, key: string): string => {
  const value = text(fields, key);
  if (/^[0-9a-f]{128}$/.test(value)) return value;
  throw anotherForm(key, 'expected a SHA-512 in lower-case hex');
};

const mtimeOf = (fields: Fields): bigint =>
  BigInt(integer(fields, 'MtimeSeconds')) * 1_000_000_000n + BigInt(count(fields, 'MtimeNanoSeconds'));

const isFields = (value: Json | undefined): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const fieldsOf = (value: Json | undefined, what: string): Fields => {
  if (isFields(value)) return value;
  throw anotherForm(what, 'expected an object');
};

/** Go writes a list that is not there as null. */
const entriesOf = (fields: Fields): readonly SrpcDirectoryEntry[] => {
  const list = fields.EntryList;
  if (list === null) return [];
  if (!Array.isArray(list)) throw anotherForm('EntryList', 'expected a list');
  return (list as readonly Json[]).map((value) => {
    const entry = fieldsOf(value, 'EntryList');
    return { name: text(entry, 'Name'), inode: identifier(entry, 'InodeNumber') };
  });
};

/** Reads a directory, of whose fields there may be others around it. @throws WireFault `malformed` naming the field. */
export const directoryOf = (value: Json): SrpcDirectory => {
  const fields = fieldsOf(value, 'the value');
  return {
    type: 'directory',
    mode: count(fields, 'Mode'),
    uid: integer(fields, 'Uid'),
    gid: integer(fields, 'Gid'),
    entries: entriesOf(fields),
  };
};

const fileOf = (fields: Fields): FileInode => ({
  type: 'file',
  mode: count(fields, 'Mode'),
  uid: integer(fields, 'Uid'),
  gid: integer(fields, 'Gid'),
  mtimeNs: mtimeOf(fields),
  size: count(fields, 'Size'),
  sha512: digest(fields, 'Hash'),
});

const computedOf = (fields: Fields): ComputedInode => ({
  type: 'computed',
  mode: count(fields, 'Mode'),
  uid: integer(fields, 'Uid'),
  gid: integer(fields, 'Gid'),
  source: text(fields, 'Source'),
});

const symlinkOf = (fields: Fields): SymlinkInode => ({
  type: 'symlink',
  uid: integer(fields, 'Uid'),
  gid: integer(fields, 'Gid'),
  target: text(fields, 'Symlink'),
});

const specialOf = (fields: Fields): SpecialInode => ({
  type: 'special',
  mode: count(fields, 'Mode'),
  uid: integer(fields, 'Uid'),
  gid: integer(fields, 'Gid'),
  mtimeNs: mtimeOf(fields),
  device: identifier(fields, 'Rdev'),
});

/** Inodes carry no tag, but each kind has a field that only it has, which is always written. */
const kinds: readonly (readonly [string, (fields: Fields) => SrpcInode])[] = [
  ['Hash', fileOf],
  ['EntryList', directoryOf],
  ['Symlink', symlinkOf],
  ['Rdev', specialOf],
  ['Source', computedOf],
];

/** Reads an inode. @throws WireFault `malformed` naming the field. */
export const inodeOf = (value: Json): SrpcInode => {
  const fields = fieldsOf(value, 'the value');
  const read = kinds.find(([field]) => Object.hasOwn(fields, field))?.[1];
  if (read === undefined) throw anotherForm('the value', 'expected an inode of a kind that is known');
  return read(fields);
};
