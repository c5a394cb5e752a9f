import type { ByteString } from './manifest.js';

/** The bytes that a byte string stands for. */
export const toBytes = (text: ByteString): Buffer => Buffer.from(text, 'latin1');

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are ASCII as well.
const notAscii = /[^\x00-\x7f]/;

/** The byte string of a piece of ordinary text: its UTF-8 bytes. */
export const fromText = (text: string): ByteString =>
  notAscii.test(text) ? Buffer.from(text, 'utf8').toString('latin1') : text;

/** A byte string as people read it in messages: UTF-8 where it is, and no control characters. */
export const toText = (text: ByteString): string =>
  toBytes(text)
    .toString('utf8')
    .replace(/\p{Cc}/gu, '\ufffd');

/** The path of the directory that holds `path`; the root's own parent is undefined. */
export const parentOf = (path: ByteString): ByteString | undefined =>
  path === '' ? undefined : path.slice(0, Math.max(0, path.lastIndexOf('/')));

/** A path below `root` (given as bytes too) for a system call. */
export const below = (root: ByteString, path: ByteString): Buffer =>
  toBytes(path === '' ? root : `${root}/${path}`);
