import { rmSync } from 'node:fs';
import pMap from 'p-map';
import { Breather } from '../breather.js';
import type { ImageSource } from '../image-source.js';
import type { FileMaker } from './file-maker.js';
import type { InodePlan } from './plan.js';
import { type ContentEntry, receiveObjects, type Sink } from './receive.js';
import { isContentOf, isSmall, LargeFileWriter } from './write-file.js';

const maxBatchFiles = 256;
const maxBatchBytes = 8 * 1024 * 1024;

/** An object, as the content of its first file, and everything that it is the content of. */
export interface WantedObject {
  readonly file: ContentEntry;
  readonly inodes: readonly InodePlan[];
}

/** What fetching needs and reports. */
export interface FetchContext {
  readonly source: Pick<ImageSource, 'getObjects'>;
  /** Calls of `getObjects` at a time. */
  readonly streams: number;
  readonly signal: AbortSignal | undefined;
  onFetched(bytes: number): void;
  onTurn(): void;
}

const batches = (objects: readonly WantedObject[]): WantedObject[][] => {
  const result: WantedObject[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const object of objects) {
    const last = result.at(-1);
    if (last === undefined || last.length === maxBatchFiles || bytes + object.file.size > maxBatchBytes) {
      result.push([object]);
      bytes = object.file.size;
    } else {
      last.push(object);
      bytes += object.file.size;
    }
  }
  return result;
};

/** Makes all the files of an object that fits into memory. */
const smallSink = ({ file, inodes }: WantedObject, maker: FileMaker, breather: Breather): Sink => {
  const pieces: Uint8Array[] = [];
  return {
    write: (data) => {
      pieces.push(data);
    },
    finish: async () => {
      const data = pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces);
      if (!isContentOf(file, data)) return false;
      for (const [index, inode] of inodes.entries()) {
        await breather.breathe();
        maker.makeSmall(inode, data, index === 0 ? file.sha512 : undefined);
      }
      return true;
    },
    close: () => {},
  };
};

/** Makes the first file of an object; the others are copied from it afterwards. */
const largeSink = ({ file, inodes: [inode] }: WantedObject, maker: FileMaker): Sink => {
  const name = maker.workplace.nameFor(inode!, file.sha512);
  const place = maker.workplace.place(name);
  const writer = new LargeFileWriter(place, file);
  return {
    write: (data) => {
      writer.write(data);
      maker.listener.onWritten(data.length);
    },
    finish: async () => {
      const complete = writer.finish();
      if (complete) maker.complete(inode!, name);
      return complete;
    },
    close: (complete) => {
      writer.close();
      if (!complete) rmSync(place, { force: true });
    },
  };
};

/**
 * Fetches objects by several calls at a time and makes their files.
 *
 * @throws `OBJECT_CORRUPT` or `OBJECT_MISSING` naming the object and its path; what the source throws.
 */
export const fetchObjects = async (
  objects: readonly WantedObject[],
  maker: FileMaker,
  context: FetchContext,
): Promise<void> => {
  const giveUp = new AbortController();
  const signal =
    context.signal === undefined ? giveUp.signal : AbortSignal.any([context.signal, giveUp.signal]);
  const byFile = new Map(objects.map((object) => [object.file, object]));
  const failures: unknown[] = [];
  const breather = new Breather(context.signal, () => context.onTurn());
  const receiver = {
    source: context.source,
    signal,
    open: (file: ContentEntry) => {
      const object = byFile.get(file)!;
      return isSmall(file) ? smallSink(object, maker, breather) : largeSink(object, maker);
    },
    onBytes: (count: number) => context.onFetched(count),
  };
  const fetchBatch = async (batch: readonly WantedObject[]) => {
    if (failures.length > 0) return;
    try {
      await breather.breathe();
      await receiveObjects(
        batch.map(({ file }) => file),
        receiver,
      );
      context.onTurn();
    } catch (reason) {
      failures.push(reason);
      giveUp.abort(reason);
    }
  };
  await pMap(batches(objects), fetchBatch, { concurrency: context.streams });
  if (failures.length > 0) throw failures[0];
};
