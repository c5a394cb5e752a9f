import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { architectureOf, kernelHeadBytes } from './kernel-head.js';

/** A head of zeros with values at offsets. */
const head = (parts: Readonly<Record<number, string | readonly number[]>>, size = 4_096): Buffer => {
  const buffer = Buffer.alloc(size);
  for (const [offset, part] of Object.entries(parts)) {
    Buffer.from(part as string, 'latin1').copy(buffer, Number(offset));
  }
  return buffer;
};

const bzImage = { 0: 'MZ', 514: 'HdrS', 518: [0x0f, 0x02], 566: [0x7f, 0x00] };
const arm64Image = { 0: 'MZ', 56: 'ARM\x64' };
const zboot = (machine: readonly number[]) => ({
  ...{ 0: 'MZ', 4: 'zimg', 60: [0x80, 0, 0, 0], 128: 'PE\0\0' },
  132: machine,
});

describe('the architecture of a kernel', () => {
  test.each([
    ['a bzImage with a 64-bit entry point', head(bzImage), 'x86_64'],
    ['an arm64 image', head(arm64Image), 'arm64'],
    ['an arm64 image in gzip', gzipSync(head(arm64Image)), 'arm64'],
    ['an arm64 image that unpacks itself', head(zboot([0x64, 0xaa])), 'arm64'],
  ])('[U29] is told by %s', (_, bytes, architecture) => {
    expect(architectureOf(bytes)).toBe(architecture);
  });

  test('is told by the beginning of a long gzip stream', () => {
    const noise = Buffer.from(Array.from({ length: 200_000 }, (_, index) => (index * 7_919) % 251));
    const bytes = gzipSync(Buffer.concat([head(arm64Image), noise]), { level: 0 });
    expect(architectureOf(bytes.subarray(0, kernelHeadBytes))).toBe('arm64');
  });

  test.each([
    ['a 32-bit bzImage', head({ ...bzImage, 566: [0, 0] })],
    ['a bzImage from before the flags', head({ ...bzImage, 518: [0x0b, 0x02] })],
    ['an EFI program of another machine', head(zboot([0x64, 0x62]))],
    ['a PE header beyond the head', head({ 0: 'MZ', 4: 'zimg', 60: [0xff, 0xff, 0xff, 0x7f] })],
    ['text', Buffer.from('#!/bin/sh\n')],
    ['nothing', Buffer.alloc(0)],
    ['damaged gzip', Buffer.from('\x1f\x8b\x08nonsense', 'latin1')],
  ])('is unknown for %s', (_, bytes) => {
    expect(architectureOf(bytes)).toBeUndefined();
  });
});
