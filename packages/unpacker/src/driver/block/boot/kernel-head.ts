import { constants, gunzipSync } from 'node:zlib';
import type { Architecture } from '../boot-path.js';

/** How much of a kernel tells its architecture, bytes; enough for one that is compressed as well. */
export const kernelHeadBytes = 64 * 1024;

const peMachines: ReadonlyMap<number, Architecture> = new Map([
  [0x8664, 'x86_64'],
  [0xaa64, 'arm64'],
]);

const has = (head: Buffer, offset: number, text: string): boolean =>
  head.toString('latin1', offset, offset + text.length) === text;

/**
 * [The Linux/x86 boot protocol](https://docs.kernel.org/arch/x86/boot.html): `HdrS` at 0x202, the protocol's version at 0x206, and since
 * version 2.12 at 0x236 whether the kernel has a 64-bit entry point.
 */
const isBzImage64 = (head: Buffer): boolean =>
  head.length >= 0x238 &&
  has(head, 0x202, 'HdrS') &&
  head.readUInt16LE(0x206) >= 0x020c &&
  (head.readUInt16LE(0x236) & 1) === 1;

/** [Booting AArch64 Linux](https://docs.kernel.org/arch/arm64/booting.html): the magic number is at 56. */
const isArm64Image = (head: Buffer): boolean => has(head, 56, 'ARM\x64');

/** A kernel that unpacks itself as an EFI program says `zimg` at 4, and its machine in the PE header. */
const zbootArchitecture = (head: Buffer): Architecture | undefined => {
  if (head.length < 64 || !has(head, 0, 'MZ') || !has(head, 4, 'zimg')) return undefined;
  const header = head.readUInt32LE(0x3c);
  if (header + 6 > head.length || !has(head, header, 'PE\0\0')) return undefined;
  return peMachines.get(head.readUInt16LE(header + 4));
};

/** The beginning of what a gzip stream of which only the beginning is there unpacks to. */
const unzipped = (head: Buffer): Buffer => {
  try {
    return gunzipSync(head, { finishFlush: constants.Z_SYNC_FLUSH });
  } catch {
    // Damaged, and so no kernel that anything could load.
    return Buffer.alloc(0);
  }
};

/**
 * The architecture of a Linux kernel by its first `kernelHeadBytes`.
 *
 * @returns undefined for what is no kernel of a known architecture.
 */
export const architectureOf = (head: Buffer): Architecture | undefined => {
  const plain = has(head, 0, '\x1f\x8b') ? unzipped(head) : head;
  if (isBzImage64(plain)) return 'x86_64';
  if (isArm64Image(plain)) return 'arm64';
  return zbootArchitecture(plain);
};
