import { access, constants, type FileHandle, mkdir, open, readdir, readFile, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { AmiPublisherError } from '@ami-publisher/base';
import { BatchedJournal } from './batched-journal.js';
import { lockFile } from './file-lock.js';
import type { Journal, JournalRecord, JournalStore } from './journal.js';
import {
  checkPublicationId,
  noSuchPublication,
  type ParsedLines,
  parseLines,
  publicationExists,
} from './journal-lines.js';

const suffix = '.jsonl';

/** Journals as files of JSON lines, fsynced, one folder for all; only their owner can read them. */
export class FileJournalStore implements JournalStore {
  /** @param directory made when the first journal is. */
  constructor(readonly directory: string) {}

  async create(publicationId: string): Promise<Journal> {
    await mkdir(this.directory, { recursive: true, mode: 0o700 });
    return this.#hold(publicationId, 'ax').catch((reason: NodeJS.ErrnoException) => {
      throw reason.code === 'EEXIST' ? publicationExists(publicationId, this.directory, reason) : reason;
    });
  }

  async open(publicationId: string): Promise<Journal> {
    await this.read(publicationId);
    return this.#hold(publicationId, 'a');
  }

  async read(publicationId: string): Promise<readonly JournalRecord[]> {
    return (await this.#load(publicationId)).records;
  }

  async list(): Promise<readonly string[]> {
    const files = await readdir(this.directory).catch((reason: NodeJS.ErrnoException) => {
      if (reason.code === 'ENOENT') return [];
      throw reason;
    });
    return files
      .filter((file) => file.endsWith(suffix))
      .map((file) => file.slice(0, -suffix.length))
      .sort()
      .reverse();
  }

  /** Looks at the folder, or at where it would be made. @throws `FILE_SYSTEM_FAILED` */
  async checkWritable(): Promise<void> {
    const folder = await nearestFolder(resolve(this.directory));
    try {
      await access(folder, constants.W_OK | constants.X_OK);
    } catch (cause) {
      throw new AmiPublisherError('FILE_SYSTEM_FAILED', {
        message: `journals cannot be written: ${(cause as Error).message}`,
        resource: folder,
        remedy: 'allow writing there, or name another folder or bucket with --journal',
        cause,
      });
    }
  }

  async #load(publicationId: string): Promise<ParsedLines> {
    const file = this.#file(publicationId);
    try {
      return parseLines(await readFile(file), file);
    } catch (reason) {
      if ((reason as NodeJS.ErrnoException).code !== 'ENOENT') throw reason;
      throw noSuchPublication(publicationId, this.directory, reason);
    }
  }

  async #hold(publicationId: string, flags: 'a' | 'ax'): Promise<Journal> {
    const file = this.#file(publicationId);
    const lock = await lockFile(`${file}.lock`, publicationId);
    let handle: FileHandle | undefined;
    try {
      handle = await open(file, flags, 0o600);
      if (flags === 'ax') await syncDirectory(this.directory);
      const { records, length } = parseLines(await readFile(file), file);
      // A torn last line, left by a crash in the middle of a write, must not become the start of the next one.
      await handle.truncate(length);
      return fileJournal(publicationId, records, handle, lock);
    } catch (reason) {
      await handle?.close();
      await lock.release();
      throw reason;
    }
  }

  #file(publicationId: string): string {
    checkPublicationId(publicationId);
    return join(this.directory, publicationId + suffix);
  }
}

/** The folder, or else the nearest above it that is there. @throws `FILE_SYSTEM_FAILED` if a file is in the way */
const nearestFolder = async (folder: string): Promise<string> => {
  const found = await stat(folder).catch((reason: NodeJS.ErrnoException) => {
    if (reason.code === 'ENOENT' || reason.code === 'ENOTDIR') return undefined;
    throw reason;
  });
  if (found === undefined) return nearestFolder(dirname(folder));
  if (found.isDirectory()) return folder;
  throw new AmiPublisherError('FILE_SYSTEM_FAILED', {
    message: `journals cannot be written: ${folder} is no folder`,
    resource: folder,
    remedy: 'move it away, or name another folder or bucket with --journal',
  });
};

const fileJournal = (
  publicationId: string,
  records: readonly JournalRecord[],
  handle: FileHandle,
  lock: { release(): Promise<void> },
): Journal =>
  new BatchedJournal({
    publicationId,
    records,
    write: async (lines) => {
      await handle.appendFile(lines);
      await handle.datasync();
    },
    release: async () => {
      await handle.close();
      await lock.release();
    },
  });

const syncDirectory = async (directory: string): Promise<void> => {
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
};
