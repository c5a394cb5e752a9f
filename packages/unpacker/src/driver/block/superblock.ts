import { open } from 'node:fs/promises';

/** What the superblock of an ext4 file system tells of who has written to it. */
export interface Superblock {
  readonly uuid: string;
  /** Seconds since the Unix epoch. */
  readonly writtenAt: number;
  readonly mountCount: number;
  /** KiB written in the life of the file system, in decimal. */
  readonly kibWritten: string;
}

/** A superblock with what does not tell one state from another. */
export interface SuperblockFacts extends Superblock {
  /** Whether it was unmounted, and has no errors on record. */
  readonly clean: boolean;
  readonly sizeBytes: number;
}

const superblockOffset = 1024;
const superblockBytes = 1024;
const magic = 0xef53;
const needsRecovery = 0x4;
const cleanState = 1;

/** Takes a superblock apart; undefined if it is none. Offsets as in the kernel's Documentation/filesystems/ext4/super.rst. */
export const parseSuperblock = (bytes: Buffer): SuperblockFacts | undefined => {
  if (bytes.length < superblockBytes || bytes.readUInt16LE(0x38) !== magic) return undefined;
  const uuid = bytes.toString('hex', 0x68, 0x78);
  const blocks = bytes.readUInt32LE(0x4) + bytes.readUInt32LE(0x150) * 2 ** 32;
  return {
    uuid: [8, 12, 16, 20, 32].map((end, i, ends) => uuid.slice(i === 0 ? 0 : ends[i - 1], end)).join('-'),
    writtenAt: bytes.readUInt32LE(0x30) + bytes.readUInt8(0x274) * 2 ** 32,
    mountCount: bytes.readUInt16LE(0x34),
    kibWritten: bytes.readBigUInt64LE(0x178).toString(),
    clean: bytes.readUInt16LE(0x3a) === cleanState && (bytes.readUInt32LE(0x60) & needsRecovery) === 0,
    sizeBytes: blocks * 1024 * 2 ** bytes.readUInt32LE(0x18),
  };
};

/** Reads the superblock of a partition. By its own node: the disk's may show what was there before it was mounted. */
export const readSuperblock = async (partition: string): Promise<SuperblockFacts | undefined> => {
  const file = await open(partition, 'r');
  try {
    const { bytesRead, buffer } = await file.read(
      Buffer.alloc(superblockBytes),
      0,
      superblockBytes,
      superblockOffset,
    );
    return parseSuperblock(buffer.subarray(0, bytesRead));
  } finally {
    await file.close();
  }
};

/** What of a superblock is remembered. */
export const stateOf = ({ uuid, writtenAt, mountCount, kibWritten }: Superblock): Superblock => ({
  uuid,
  writtenAt,
  mountCount,
  kibWritten,
});

/** Whether nobody has mounted a file system for writing since its superblock was remembered. */
export const isUntouched = (now: SuperblockFacts, then: Superblock): boolean =>
  now.clean &&
  now.uuid === then.uuid &&
  now.writtenAt === then.writtenAt &&
  now.mountCount === then.mountCount &&
  now.kibWritten === then.kibWritten;
