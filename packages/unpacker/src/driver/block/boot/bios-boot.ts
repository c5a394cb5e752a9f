import { AmiPublisherError } from '@ami-publisher/base';

/** One sector, as BIOS and GRUB count, bytes. */
export const sectorBytes = 512;

/** What the first sector of a disk has for code; the disk's signature and the partition table follow. */
const codeBytes = 0x1b8;

/** Places in GRUB's `boot.img` (`include/grub/i386/pc/boot.h`): the sector to go on with, and a jump for floppies. */
const nextSectorOffset = 0x5c;
const driveCheckOffset = 0x66;
const twoNoOperations = 0x9090;

/** The first block of GRUB's core image loads the rest: where that begins is in the last 12 bytes but 8. */
const blockListOffset = sectorBytes - 12;

/**
 * The first sector of a disk with the code that loads GRUB's core image: `grub-bios-setup` does the same, but wants a mounted root and a name
 * of the disk that GRUB knows.
 *
 * @param bootImage GRUB's `boot.img`.
 * @param present the sector as it is; its partition table stays.
 * @param coreSector where the core image begins.
 */
export const bootSector = (bootImage: Buffer, present: Buffer, coreSector: number): Buffer => {
  const sector = Buffer.from(present);
  bootImage.copy(sector, 0, 0, codeBytes);
  sector.writeBigUInt64LE(BigInt(coreSector), nextSectorOffset);
  // Without it a BIOS that says that it boots from a floppy is believed.
  sector.writeUInt16LE(twoNoOperations, driveCheckOffset);
  return sector;
};

/**
 * A core image as it has to be from `coreSector` on, in one piece.
 *
 * @throws `NO_SPACE` if the partition is too small for it.
 */
export const placedCoreImage = (
  coreImage: Buffer,
  coreSector: number,
  partition: { readonly path: string; readonly sizeBytes: number },
): Buffer => {
  if (coreImage.length > partition.sizeBytes) {
    throw new AmiPublisherError('NO_SPACE', {
      message: `the boot loader has ${coreImage.length} bytes, partition ${partition.path} only ${partition.sizeBytes}`,
      resource: partition.path,
      remedy: 'forget the stream, so that the volume is laid out anew',
    });
  }
  const placed = Buffer.from(coreImage);
  placed.writeBigUInt64LE(BigInt(coreSector + 1), blockListOffset);
  return placed;
};
