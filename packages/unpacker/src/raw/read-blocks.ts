import { type FileHandle, open } from 'node:fs/promises';
import { AmiPublisherError } from '@ami-publisher/base';

/** Bytes of a volume, counted from its beginning. */
export interface ByteRange {
  readonly offset: number;
  readonly length: number;
}

/** A piece of a volume. */
export interface Block extends ByteRange {
  /** Left out where all bytes are zero. */
  readonly data?: Buffer;
}

/** Small enough that the free space of a file system shows, large enough that reading costs little. */
const blockBytes = 128 * 1024;
/** As many zeros as the longest block has bytes. */
export const zeros = Buffer.alloc(blockBytes);

/**
 * Reads a range of a file or block device, in order and without gaps. The file is closed when the reader stops, wherever it does.
 *
 * @throws `RAW_UNAVAILABLE` if it ends before the range does, as a device does that was detached.
 */
export async function* readBlocks(path: string, range: ByteRange): AsyncGenerator<Block, void> {
  const file = await open(path, 'r');
  try {
    const end = range.offset + range.length;
    for (let offset = range.offset; offset < end; ) {
      const data = await readFully(file, path, { offset, length: Math.min(blockBytes, end - offset) });
      const { length } = data;
      yield data.equals(zeros.subarray(0, length)) ? { offset, length } : { offset, length, data };
      offset += length;
    }
  } finally {
    await file.close();
  }
}

const readFully = async (file: FileHandle, path: string, { offset, length }: ByteRange): Promise<Buffer> => {
  const data = Buffer.allocUnsafeSlow(length);
  for (let done = 0; done < length; ) {
    const { bytesRead } = await file.read(data, done, length - done, offset + done);
    if (bytesRead === 0) throw endedEarly(path, offset + done);
    done += bytesRead;
  }
  return data;
};

const endedEarly = (path: string, at: number): AmiPublisherError =>
  new AmiPublisherError('RAW_UNAVAILABLE', {
    message: `${path} ends at byte ${at}, before the volume does`,
    resource: path,
    remedy: 'check that the device is still attached, then try again',
  });
