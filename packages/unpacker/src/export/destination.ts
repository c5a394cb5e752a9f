import { lstat, mkdir, realpath } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { AmiPublisherError, invalidOption } from '@ami-publisher/base';
import { isSystemError } from '../system-error.js';

/** Where an image is written to. */
export type ExportDestination =
  | {
      readonly kind: 'file';
      /** Names of folders and, last, of the file, below the export directory. */
      readonly segments: readonly string[];
    }
  | { readonly kind: 's3'; readonly bucket: string; readonly key: string };

const objectAddress = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])\/([^/].*)$/s;
const maxKeyBytes = 1_024;
const maxNameBytes = 255;
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const controlCharacter = /[\x00-\x1f\x7f]/;

/**
 * Reads a destination as callers give it.
 *
 * @param exportDirectory the one folder that files may be written to; left out, none may.
 * @throws `INVALID_OPTION`.
 */
export const parseDestination = (value: string, exportDirectory: string | undefined): ExportDestination => {
  if (controlCharacter.test(value)) throw refused('without control characters', value);
  if (!value.startsWith('s3:')) return parsePath(value, exportDirectory);
  const [, bucket, key] = objectAddress.exec(value) ?? [];
  if (bucket === undefined || key === undefined || Buffer.byteLength(key) > maxKeyBytes) {
    throw refused(`s3://BUCKET/KEY with a key of at most ${maxKeyBytes} bytes`, value);
  }
  return { kind: 's3', bucket, key };
};

const parsePath = (value: string, exportDirectory: string | undefined): ExportDestination => {
  if (exportDirectory === undefined) throw noDirectory(value);
  const root = resolve(exportDirectory);
  const below = value.startsWith('/') ? relativeTo(root, value) : value;
  const segments = below?.split('/') ?? [];
  const isGood = (name: string) =>
    name !== '' && name !== '.' && name !== '..' && Buffer.byteLength(name) <= maxNameBytes;
  if (segments.length > 0 && segments.every(isGood)) return { kind: 'file', segments };
  throw refused(`a file below ${root}, without \`.\` and \`..\``, value);
};

const relativeTo = (root: string, path: string): string | undefined => {
  const prefix = root === '/' ? root : `${root}/`;
  return path.startsWith(prefix) ? path.slice(prefix.length) : undefined;
};

/** A destination as results name it. */
export const formatDestination = (
  destination: ExportDestination,
  exportDirectory: string | undefined,
): string =>
  destination.kind === 's3'
    ? `s3://${destination.bucket}/${destination.key}`
    : join(resolve(exportDirectory ?? ''), ...destination.segments);

/**
 * Makes the folders of a file below the export directory, following no links, which could lead out of it.
 *
 * @returns the path of the file, where there is nothing but perhaps an older file.
 * @throws `INVALID_OPTION` if a link or something else is in the way.
 */
export const preparePath = async (exportDirectory: string, segments: readonly string[]): Promise<string> => {
  let path = await realpath(exportDirectory);
  for (const [index, name] of segments.entries()) {
    path = join(path, name);
    const isFile = index === segments.length - 1;
    const found = await kindOf(path);
    if (found === 'nothing' && !isFile) await mkdir(path, { mode: 0o755 });
    if (found !== 'nothing' && found !== (isFile ? 'file' : 'folder')) {
      throw refused(`free of links and special files, unlike ${path}`, relative(exportDirectory, path));
    }
  }
  return path;
};

const kindOf = async (path: string): Promise<'nothing' | 'file' | 'folder' | 'other'> => {
  try {
    const found = await lstat(path);
    if (found.isFile()) return 'file';
    return found.isDirectory() ? 'folder' : 'other';
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return 'nothing';
    throw error;
  }
};

const refused = (rule: string, value: string): AmiPublisherError => invalidOption('destination', rule, value);

const noDirectory = (value: string): AmiPublisherError =>
  new AmiPublisherError('INVALID_OPTION', {
    message: `expected \`destination\` to be s3://BUCKET/KEY, got ${JSON.stringify(value)}: this unpacker has no export directory`,
    remedy: 'start it with --export-dir to let it write files there',
  });
