import { randomUUID } from 'node:crypto';
import { type FileHandle, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { AmiPublisherError } from '@ami-publisher/base';
import {
  entryUsage,
  fileSystemError,
  fromText,
  type ImageUsage,
  type ManifestEntry,
  ManifestReader,
  toText,
} from '@ami-publisher/image';
import { DigestTable } from '../digest-table.js';

/** A manifest that has arrived whole and breaks no rule. */
export interface ReceivedManifest extends ImageUsage {
  /** A file with its bytes. */
  readonly file: string;
  /** Lower-case hex SHA-512. */
  readonly digest: string;
  readonly entryCount: number;
  readonly bytes: number;
  /** The objects that it lists. */
  readonly objects: DigestTable;
}

/**
 * Writes a manifest that arrives in pieces to a file, and checks it as it passes.
 *
 * @throws `INVALID_MANIFEST`, `NO_SPACE`; the file is gone then.
 */
export const receiveManifest = async (
  chunks: AsyncIterable<Uint8Array>,
  folder: string,
): Promise<ReceivedManifest> => {
  const file = join(folder, randomUUID());
  const objects = new DigestTable();
  const usage = { usageBytes: 0, contentBytes: 0 };
  const reader = new ManifestReader((entry) => {
    addUsage(usage, entry);
    addObject(objects, entry);
  });
  try {
    const bytes = await write(file, chunks, (chunk) => reader.push(chunk));
    return { file, bytes, objects, ...reader.end(), ...usage };
  } catch (reason) {
    await rm(file, { force: true });
    throw fileSystemError(reason, 'write', fromText(file));
  }
};

const addUsage = (usage: { usageBytes: number; contentBytes: number }, entry: ManifestEntry): void => {
  const { usageBytes, contentBytes } = entryUsage(entry);
  usage.usageBytes += usageBytes;
  usage.contentBytes += contentBytes;
};

const addObject = (objects: DigestTable, entry: ManifestEntry): void => {
  if (entry.type !== 'file' || entry.sha512 === undefined) return;
  const size = objects.add(entry.sha512, entry.size);
  if (size === entry.size) return;
  throw new AmiPublisherError('INVALID_MANIFEST', {
    message: `the manifest lists object ${entry.sha512.slice(0, 16)}… with ${size} bytes, and for ${toText(entry.path)} with ${entry.size}`,
    resource: entry.sha512,
  });
};

/** @returns how many bytes there were. */
const write = async (
  file: string,
  chunks: AsyncIterable<Uint8Array>,
  onChunk: (chunk: Uint8Array) => void,
): Promise<number> => {
  let bytes = 0;
  const handle: FileHandle = await open(file, 'wx', 0o644);
  try {
    for await (const chunk of chunks) {
      onChunk(chunk);
      bytes += chunk.length;
      await handle.writeFile(chunk);
    }
  } finally {
    await handle.close();
  }
  return bytes;
};
