import { open } from 'node:fs/promises';

const pieceBytes = 64 * 1024;

/**
 * Writes onto a device what differs from what is there, and flushes it. A snapshot of a volume costs what was written to it since the last.
 *
 * @param offset where on the device, bytes.
 * @returns the number of bytes written.
 */
export const writeChanged = async (device: string, offset: number, content: Buffer): Promise<number> => {
  // Never creates a file where the device's node has gone.
  const file = await open(device, 'r+');
  try {
    const present = Buffer.alloc(pieceBytes);
    let written = 0;
    for (let at = 0; at < content.length; at += pieceBytes) {
      const piece = content.subarray(at, at + pieceBytes);
      const { bytesRead } = await file.read(present, 0, piece.length, offset + at);
      if (present.subarray(0, bytesRead).equals(piece)) continue;
      await file.writev([piece], offset + at);
      written += piece.length;
    }
    if (written > 0) await file.sync();
    return written;
  } finally {
    await file.close();
  }
};
