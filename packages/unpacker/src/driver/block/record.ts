import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import * as z from 'zod';
import { recordOffset } from './layout.js';

const generation = z.int().positive();
const text = z.string().min(1);
const digest = z.string().regex(/^[0-9a-f]{128}$/);

const unfinished = { volumeId: text, stream: text, generation };

/** What a volume says of itself. */
const recordSchema = z
  .discriminatedUnion('phase', [
    /** The disk is being laid out: nothing on it is of use. */
    z.object({ phase: z.literal('making'), ...unfinished }),
    /** The file system is whole, and its tree a mixture of two images. */
    z.object({ phase: z.literal('updating'), ...unfinished }),
    /** The tree is exactly one image, as long as the file system is as it was left. */
    z.object({
      phase: z.literal('clean'),
      ...unfinished,
      leaf: text,
      /** Of the image as it was published. */
      manifestDigest: digest,
      /** Of the image together with what the unpacker added to it: exactly what is in the tree. */
      treeDigest: digest,
      /** What the image boots on; left out for an image that has no kernel. */
      architecture: z.enum(['x86_64', 'arm64']).optional(),
      superblock: z.object({
        uuid: text,
        writtenAt: z.int(),
        mountCount: z.int(),
        kibWritten: z.string(),
      }),
      sealed: z.boolean(),
    }),
  ])
  .readonly();

/** What a volume says of itself. */
export type VolumeRecord = z.infer<typeof recordSchema>;
export type CleanRecord = Extract<VolumeRecord, { readonly phase: 'clean' }>;

/** Bytes of a slot: what a disk writes as a whole, or nearly so. */
export const slotBytes = 4096;
const slotCount = 2;
const magic = Buffer.from('AMIPUBV1');
const headBytes = magic.length + 8 + 4;
const sumBytes = 32;

interface Slot {
  readonly sequence: bigint;
  readonly record: VolumeRecord;
}

/**
 * Encodes a slot: `AMIPUBV1`, the sequence number (64 bits, little-endian), the length of the JSON text (32 bits), SHA-256 of these and the
 * text, the text; zeros to the end.
 */
export const encodeSlot = (sequence: bigint, record: VolumeRecord): Buffer => {
  const slot = Buffer.alloc(slotBytes);
  const json = Buffer.from(JSON.stringify(record));
  magic.copy(slot);
  slot.writeBigUInt64LE(sequence, magic.length);
  slot.writeUInt32LE(json.length, magic.length + 8);
  json.copy(slot, headBytes + sumBytes);
  checksum(slot, json.length).copy(slot, headBytes);
  return slot;
};

/** Decodes a slot; undefined if it is not whole. */
export const decodeSlot = (slot: Buffer): Slot | undefined => {
  if (slot.length < slotBytes || !slot.subarray(0, magic.length).equals(magic)) return undefined;
  const length = slot.readUInt32LE(magic.length + 8);
  if (length > slotBytes - headBytes - sumBytes) return undefined;
  if (!checksum(slot, length).equals(slot.subarray(headBytes, headBytes + sumBytes))) return undefined;
  const json = slot.toString('utf8', headBytes + sumBytes, headBytes + sumBytes + length);
  const parsed = recordSchema.safeParse(JSON.parse(json));
  return parsed.success ? { sequence: slot.readBigUInt64LE(magic.length), record: parsed.data } : undefined;
};

const checksum = (slot: Buffer, length: number): Buffer =>
  createHash('sha256')
    .update(slot.subarray(0, headBytes))
    .update(slot.subarray(headBytes + sumBytes, headBytes + sumBytes + length))
    .digest();

/**
 * Reads the record of a volume: a block device, or a file with a disk's bytes.
 *
 * @returns undefined if it has none.
 */
export const readRecord = async (path: string): Promise<VolumeRecord | undefined> => {
  const disk = await open(path, 'r');
  try {
    return newest(await readSlots(disk))?.record;
  } finally {
    await disk.close();
  }
};

/** Writes the record of a volume. Durable when it returns; cut off at any point, the former record stays. */
export const writeRecord = async (path: string, record: VolumeRecord): Promise<void> => {
  const disk = await open(path, constants.O_RDWR | constants.O_SYNC);
  try {
    const slots = await readSlots(disk);
    const last = newest(slots);
    const place = last === undefined ? 0 : (slots.indexOf(last) + 1) % slotCount;
    const slot = encodeSlot((last?.sequence ?? 0n) + 1n, record);
    await disk.write(slot, 0, slotBytes, recordOffset + place * slotBytes);
    await disk.sync();
  } finally {
    await disk.close();
  }
};

const newest = (slots: readonly (Slot | undefined)[]): Slot | undefined =>
  slots.reduce(
    (best, slot) => (slot !== undefined && slot.sequence > (best?.sequence ?? 0n) ? slot : best),
    undefined,
  );

const readSlots = async (disk: FileHandle): Promise<(Slot | undefined)[]> => {
  const bytes = Buffer.alloc(slotBytes * slotCount);
  const { bytesRead } = await disk.read(bytes, 0, bytes.length, recordOffset);
  if (bytesRead < bytes.length) return [];
  return [0, 1].map((slot) => decodeSlot(bytes.subarray(slot * slotBytes, (slot + 1) * slotBytes)));
};
