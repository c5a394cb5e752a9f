import { randomBytes } from 'node:crypto';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { AmiPublisherError } from '@ami-publisher/base';
import type { RawBytes, RawEnd } from '@ami-publisher/core';

/**
 * Writes what is received into a file that is there as a whole or not at all, sparse where it is zero.
 *
 * @param offset of the range's first byte, which is the file's first.
 * @throws `FILE_SYSTEM_FAILED`, whatever `receive` throws.
 */
export const writeRawFile = async (
  path: string,
  offset: number,
  receive: (take: (bytes: RawBytes) => Promise<void>) => Promise<RawEnd>,
): Promise<RawEnd> => {
  const partial = join(dirname(path), `.${basename(path).slice(0, 200)}.${randomBytes(4).toString('hex')}`);
  const file = await open(partial, 'wx', 0o600).catch(explain(path));
  try {
    let end: RawEnd;
    try {
      end = await receive((bytes) => write(file, bytes.data, bytes.offset - offset).catch(explain(path)));
      await file.truncate(end.offset - offset).catch(explain(path));
      await file.sync().catch(explain(path));
    } finally {
      await file.close();
    }
    await rename(partial, path).catch(explain(path));
    return end;
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
};

const write = async (file: FileHandle, data: Uint8Array, at: number): Promise<void> => {
  for (let done = 0; done < data.length; ) {
    const { bytesWritten } = await file.write(data, done, data.length - done, at + done);
    done += bytesWritten;
  }
};

const explain =
  (path: string) =>
  (cause: unknown): never => {
    throw new AmiPublisherError('FILE_SYSTEM_FAILED', {
      message: `cannot write ${path}: ${cause instanceof Error ? cause.message : cause}`,
      resource: path,
      cause,
    });
  };
