import { open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runTool } from '../../../tools/run-tool.js';
import { sectorBytes } from './bios-boot.js';

export interface EfiSystemOptions {
  readonly partition: { readonly path: string; readonly sizeBytes: number };
  /** What firmware starts from a disk that it does not know: `BOOTX64.EFI` or `BOOTAA64.EFI`. */
  readonly program: { readonly name: string; readonly content: Buffer };
  /** Eight hex digits. */
  readonly serialNumber: string;
  readonly workDirectory: string;
  readonly signal: AbortSignal;
}

const pieceBytes = 1024 * 1024;

/** FAT has times of its own; a fixed one makes equal releases equal bytes. */
const environment = { SOURCE_DATE_EPOCH: '1000000000', MTOOLS_SKIP_CHECK: '1' };

/**
 * Makes the file system of an EFI system partition, without mounting anything.
 *
 * @returns its bytes up to the last that is used; equal options give equal bytes.
 * @throws what `runTool` throws.
 */
export const efiFileSystem = async (options: EfiSystemOptions): Promise<Buffer> => {
  const { partition, program, workDirectory, signal } = options;
  const image = join(workDirectory, 'efi.img');
  const source = join(workDirectory, program.name);
  await writeFile(source, program.content);
  const run = (tool: 'mformat' | 'mmd' | 'mcopy', ...more: string[]) =>
    runTool(tool, ['-i', image, ...more], { device: partition.path, environment, signal });
  const geometry = ['-T', `${partition.sizeBytes / sectorBytes}`, '-h', '64', '-s', '32'];
  // UEFI asks for FAT32, which a partition this small only is with clusters of one sector.
  await run('mformat', '-C', ...geometry, '-F', '-c', '1', '-N', options.serialNumber, '-v', 'EFI', '::');
  await run('mmd', '::/EFI', '::/EFI/BOOT');
  await run('mcopy', source, '::/EFI/BOOT/');
  return usedPart(image);
};

/** A new FAT file system fills up from the front. */
const usedPart = async (image: string): Promise<Buffer> => {
  const file = await open(image, 'r');
  try {
    const [piece, zeros] = [Buffer.alloc(pieceBytes), Buffer.alloc(pieceBytes)];
    let end = (await file.stat()).size;
    while (end > 0) {
      const start = Math.max(0, end - pieceBytes);
      const { bytesRead } = await file.read(piece, 0, end - start, start);
      if (piece.compare(zeros, 0, bytesRead, 0, bytesRead) !== 0) break;
      end = start;
    }
    const used = Buffer.alloc(end);
    await file.read(used, 0, end, 0);
    return used;
  } finally {
    await file.close();
  }
};
