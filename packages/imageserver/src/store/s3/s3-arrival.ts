import { createHash, hash } from 'node:crypto';
import { corruptObject } from '../missing-object.js';
import type { ObjectArrival } from '../store.js';
import type { Bucket } from './bucket.js';
import { objectKey } from './keys.js';

/** An object that is verified in memory and written by one request. */
export const arriveWhole = (sha512: string, bucket: Bucket, release: () => void): ObjectArrival => {
  const pieces: Uint8Array[] = [];
  return {
    write: (data) => {
      pieces.push(data);
    },
    finish: async () => {
      const data = Buffer.concat(pieces);
      if (hash('sha512', data, 'hex') !== sha512) throw corruptObject(sha512, 'arrived with another digest');
      await bucket.put(objectKey(sha512), data);
      release();
    },
    abandon: release,
  };
};

/** An object that is written in parts; it appears only when all are there and its digest is right. */
export const arriveInParts = async (
  sha512: string,
  bucket: Bucket,
  partBytes: number,
  release: () => void,
): Promise<ObjectArrival> => {
  const upload = await bucket.upload(objectKey(sha512));
  const digest = createHash('sha512');
  let pieces: Uint8Array[] = [];
  let bytes = 0;
  const flush = async () => {
    await upload.write(Buffer.concat(pieces));
    pieces = [];
    bytes = 0;
  };
  return {
    write: async (data) => {
      digest.update(data);
      pieces.push(data);
      bytes += data.length;
      if (bytes >= partBytes) await flush();
    },
    finish: async () => {
      if (digest.digest('hex') !== sha512) throw corruptObject(sha512, 'arrived with another digest');
      if (bytes > 0) await flush();
      await upload.complete();
      release();
    },
    abandon: async () => {
      await upload.abort();
      release();
    },
  };
};
