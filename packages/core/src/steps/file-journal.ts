import { type FileHandle, mkdir, open, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AmiPublisherError } from '@ami-publisher/base';
import { lockFile } from './file-lock.js';
import type { Journal, JournalRecord, JournalStore } from './journal.js';

const suffix = '.jsonl';

/** Journals as files of JSON lines, fsynced, one folder for all; only their owner can read them. */
export class FileJournalStore implements JournalStore {
  /** @param directory made when the first journal is. */
  constructor(readonly directory: string) {}

  async create(publicationId: string): Promise<Journal> {
    await mkdir(this.directory, { recursive: true, mode: 0o700 });
    return this.#hold(publicationId, 'ax');
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

  async #load(publicationId: string): Promise<ParsedJournal> {
    const file = this.#file(publicationId);
    try {
      return parseJournal(await readFile(file), file);
    } catch (reason) {
      if ((reason as NodeJS.ErrnoException).code !== 'ENOENT') throw reason;
      throw new AmiPublisherError('PUBLICATION_NOT_FOUND', {
        message: `there is no journal of ${publicationId} in ${this.directory}`,
        resource: publicationId,
        remedy: 'list what there is with `ami-publisher publications`',
        cause: reason,
      });
    }
  }

  async #hold(publicationId: string, flags: 'a' | 'ax'): Promise<Journal> {
    const file = this.#file(publicationId);
    const lock = await lockFile(`${file}.lock`, publicationId);
    let handle: FileHandle | undefined;
    try {
      handle = await open(file, flags, 0o600);
      if (flags === 'ax') await syncDirectory(this.directory);
      const { records, length } = parseJournal(await readFile(file), file);
      // A torn last line, left by a crash in the middle of a write, must not become the start of the next one.
      await handle.truncate(length);
      return new FileJournal(publicationId, [...records], handle, lock);
    } catch (reason) {
      await handle?.close();
      await lock.release();
      throw reason;
    }
  }

  #file(publicationId: string): string {
    if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/.test(publicationId)) {
      throw new AmiPublisherError('PUBLICATION_NOT_FOUND', {
        message: `${JSON.stringify(publicationId)} is no publication id`,
        remedy: 'list what there is with `ami-publisher publications`',
      });
    }
    return join(this.directory, publicationId + suffix);
  }
}

interface Waiting {
  readonly line: string;
  readonly resolve: () => void;
  readonly reject: (reason: unknown) => void;
}

class FileJournal implements Journal {
  readonly #waiting: Waiting[] = [];
  #writing: Promise<void> | undefined;

  constructor(
    readonly publicationId: string,
    readonly records: JournalRecord[],
    private readonly handle: FileHandle,
    private readonly lock: { release(): Promise<void> },
  ) {}

  append(record: JournalRecord): Promise<void> {
    this.records.push(record);
    return new Promise((resolve, reject) => {
      this.#waiting.push({ line: `${JSON.stringify(record)}\n`, resolve, reject });
      this.#writing ??= this.#write();
    });
  }

  async close(): Promise<void> {
    await this.#writing;
    await this.handle.close();
    await this.lock.release();
  }

  /** Records that arrive while others are being written share the next write and fsync. */
  async #write(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0);
      try {
        await this.handle.appendFile(batch.map(({ line }) => line).join(''));
        await this.handle.datasync();
        for (const { resolve } of batch) resolve();
      } catch (reason) {
        for (const { reject } of batch) reject(reason);
      }
    }
    // In the same turn as the last look at what waits, so that a record which comes right after begins a new write.
    this.#writing = undefined;
  }
}

interface ParsedJournal {
  readonly records: readonly JournalRecord[];
  /** Bytes up to the end of the last whole line. */
  readonly length: number;
}

const newLine = 0x0a;

const parseJournal = (bytes: Buffer, file: string): ParsedJournal => {
  const length = bytes.lastIndexOf(newLine) + 1;
  const lines = bytes.subarray(0, length).toString('utf8').split('\n').slice(0, -1);
  return { length, records: lines.map((line, index) => parseLine(line, `${file}:${index + 1}`)) };
};

const parseLine = (line: string, place: string): JournalRecord => {
  try {
    return JSON.parse(line) as JournalRecord;
  } catch (cause) {
    throw new AmiPublisherError('JOURNAL_DAMAGED', {
      message: `${place} is not JSON`,
      resource: place,
      remedy: 'restore the file from a backup, or roll the publication back by its tags',
      cause,
    });
  }
};

const syncDirectory = async (directory: string): Promise<void> => {
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
};
