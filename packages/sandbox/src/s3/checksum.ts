import { crc32 } from 'node:zlib';
import { ApiError } from '../model/api-error.js';

/** Refuses a body that is not the one whose CRC-32 its header tells. @throws `BadDigest` */
export const requireChecksum = (headers: Readonly<Record<string, string>>, body: Buffer): void => {
  const told = headers['x-amz-checksum-crc32'];
  if (told === undefined) return;
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(body));
  if (sum.toString('base64') !== told)
    throw new ApiError('BadDigest', 'The CRC32 you specified did not match the calculated checksum.');
};
