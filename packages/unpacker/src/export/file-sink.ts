import { randomBytes } from 'node:crypto';
import { type FileHandle, open, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { AmiPublisherError } from '@ami-publisher/base';
import { zeros } from '../raw/read-blocks.js';
import { syncDirectory } from '../state/durable-file.js';
import { isSystemError } from '../system-error.js';

const partialPrefix = '.partial-';

/**
 * Writes a file that is there as a whole or not at all, sparse where it is zero.
 *
 * @param directory folder on the same file system, for the unfinished file.
 * @throws `NO_SPACE`, `EXPORT_FAILED`, whatever the chunks throw.
 */
export const writeFileFrom = async (
  chunks: AsyncIterable<Buffer>,
  { path, directory }: { readonly path: string; readonly directory: string },
): Promise<void> => {
  const partial = join(directory, `${partialPrefix}${randomBytes(8).toString('hex')}`);
  const file = await open(partial, 'wx', 0o644).catch(explain(path));
  try {
    try {
      await fill(file, chunks, path);
    } finally {
      await file.close();
    }
    await rename(partial, path).catch(explain(path));
    await syncDirectory(dirname(path));
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
};

/** Removes the unfinished files that a daemon left that was killed. */
export const removePartialFiles = async (directory: string): Promise<void> => {
  const names = await readdir(directory);
  for (const name of names.filter((one) => one.startsWith(partialPrefix))) await rm(join(directory, name));
};

const fill = async (file: FileHandle, chunks: AsyncIterable<Buffer>, path: string): Promise<void> => {
  let end = 0;
  for await (const chunk of chunks) {
    if (!chunk.equals(zeros.subarray(0, chunk.length))) await writeAt(file, chunk, end).catch(explain(path));
    end += chunk.length;
  }
  await file.truncate(end).catch(explain(path));
  await file.sync().catch(explain(path));
};

const writeAt = async (file: FileHandle, chunk: Buffer, at: number): Promise<void> => {
  for (let done = 0; done < chunk.length; ) {
    const { bytesWritten } = await file.write(chunk, done, chunk.length - done, at + done);
    done += bytesWritten;
  }
};

const explain =
  (path: string) =>
  (cause: unknown): never => {
    const isFull = isSystemError(cause, 'ENOSPC', 'EDQUOT', 'EFBIG');
    throw new AmiPublisherError(isFull ? 'NO_SPACE' : 'EXPORT_FAILED', {
      message: `cannot write ${path}: ${cause instanceof Error ? cause.message : cause}`,
      resource: path,
      remedy: isFull ? 'free room in the export directory' : 'check the export directory and its file system',
      cause,
    });
  };
