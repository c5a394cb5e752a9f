import { z } from 'zod';
import { count, identifier, list, sha512 } from './fields.js';

const owner = { Uid: z.int(), Gid: z.int() };
const mode = { Mode: count };
/** Nanoseconds since the Unix epoch. */
const modified = { MtimeSeconds: z.int(), MtimeNanoSeconds: z.int().nonnegative() };

/** A name in a directory, and the inode that it is a name of. */
export const directoryEntry = z
  .object({ Name: z.string(), InodeNumber: identifier })
  .transform(({ Name: name, InodeNumber: inode }) => ({ name, inode }));

const ownership = ({ Uid: uid, Gid: gid }: { Uid: number; Gid: number }) => ({ uid, gid });
const mtimeOf = (inode: { MtimeSeconds: number; MtimeNanoSeconds: number }) =>
  BigInt(inode.MtimeSeconds) * 1_000_000_000n + BigInt(inode.MtimeNanoSeconds);

const directory = z.object({ EntryList: list(directoryEntry), ...mode, ...owner }).transform((inode) => ({
  type: 'directory' as const,
  ...{ mode: inode.Mode, ...ownership(inode), entries: inode.EntryList },
}));

/** A plain literal, as there may be hundreds of thousands. */
const file = z.object({ ...mode, ...owner, ...modified, Size: count, Hash: sha512 }).transform((inode) => ({
  type: 'file' as const,
  mode: inode.Mode,
  uid: inode.Uid,
  gid: inode.Gid,
  mtimeNs: mtimeOf(inode),
  size: inode.Size,
  sha512: inode.Hash,
}));

const computed = z.object({ ...mode, ...owner, Source: z.string() }).transform((inode) => ({
  type: 'computed' as const,
  ...{ mode: inode.Mode, ...ownership(inode), source: inode.Source },
}));

const symlink = z
  .object({ ...owner, Symlink: z.string() })
  .transform((inode) => ({ type: 'symlink' as const, ...ownership(inode), target: inode.Symlink }));

const special = z.object({ ...mode, ...owner, ...modified, Rdev: identifier }).transform((inode) => ({
  type: 'special' as const,
  ...{ mode: inode.Mode, ...ownership(inode), mtimeNs: mtimeOf(inode), device: inode.Rdev },
}));

/** Inodes carry no tag, but each kind has a field that only it has, which is always written. */
const kinds = [
  ['EntryList', directory],
  ['Hash', file],
  ['Source', computed],
  ['Symlink', symlink],
  ['Rdev', special],
] as const;

/** An inode of an image; `mode` has the bits of its type, device numbers and inode numbers are decimal digits. */
export type SrpcInode = z.output<(typeof kinds)[number][1]>;

/** A name in a directory of an image. */
export type SrpcDirectoryEntry = z.output<typeof directoryEntry>;

/** Reads an inode. */
export const inode = z.unknown().transform((value, context): SrpcInode => {
  const kind = kinds.find(([field]) => Object.hasOwn(Object(value), field));
  const parsed = kind?.[1].safeParse(value);
  if (parsed?.success === true) return parsed.data;
  const message = parsed?.error.issues[0]?.message ?? 'expected an inode of a kind that is known';
  context.addIssue({ code: 'custom', message });
  return z.NEVER;
});
