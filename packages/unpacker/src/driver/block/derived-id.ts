import { createHash } from 'node:crypto';

/**
 * An UUID that follows from text (RFC 9562, version 8): the same volume written anew gets the same ones, and no two volumes share any.
 *
 * @param purpose what it identifies, such as `root`.
 */
export const derivedId = (volumeId: string, stream: string, purpose: string): string => {
  const bytes = createHash('sha256')
    .update(['ami-publisher', purpose, volumeId, stream].join('\0'))
    .digest()
    .subarray(0, 16);
  bytes[6] = (bytes[6]! & 0x0f) | 0x80;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
};
