import { createHash, hash } from 'node:crypto';
import { type FileHandle, open, rm } from 'node:fs/promises';
import { fileSystemError, fromText } from '@ami-publisher/image';
import { corruptObject } from '../missing-object.js';
import type { ObjectArrival } from '../store.js';

/** Where arriving objects go. */
export interface ArrivalPlace {
  /** A name for a file in the making. */
  temporaryFile(): string;
  /** Writes an object whose digest has been verified. */
  writeSmall(sha512: string, data: Uint8Array): void;
  /** Gives a complete, verified file its place. */
  adopt(temporary: string, sha512: string): void;
}

/** An object that is verified in memory before anything is written. */
export const arriveInMemory = (sha512: string, place: ArrivalPlace): ObjectArrival => {
  const pieces: Uint8Array[] = [];
  return {
    write: (data) => {
      pieces.push(data);
    },
    finish: () => {
      const data = pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces);
      if (hash('sha512', data, 'hex') !== sha512) throw corruptObject(sha512, 'arrived with another digest');
      place.writeSmall(sha512, data);
    },
    abandon: () => {},
  };
};

const writeFully = async (handle: FileHandle, data: Uint8Array): Promise<void> => {
  for (let done = 0; done < data.length; ) done += (await handle.write(data, done)).bytesWritten;
};

/** An object that is written as it arrives, and renamed into place when its digest is right. */
export const arriveInFile = async (sha512: string, place: ArrivalPlace): Promise<ObjectArrival> => {
  const temporary = place.temporaryFile();
  const failed = (reason: unknown) => {
    throw fileSystemError(reason, 'write object', fromText(sha512));
  };
  const handle: FileHandle = await open(temporary, 'wx', 0o644).catch(failed);
  const digest = createHash('sha512');
  return {
    write: async (data) => {
      digest.update(data);
      await writeFully(handle, data).catch(failed);
    },
    finish: async () => {
      if (digest.digest('hex') !== sha512) throw corruptObject(sha512, 'arrived with another digest');
      await handle.close();
      place.adopt(temporary, sha512);
    },
    abandon: async () => {
      await handle.close();
      await rm(temporary, { force: true });
    },
  };
};
