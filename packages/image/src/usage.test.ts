import { expect, it } from 'vitest';
import type { ManifestEntry } from './manifest.js';
import { estimateUsage } from './usage.js';

const attributes = { mode: 0o644, uid: 0, gid: 0, mtimeNs: 0n };
const sha512 = '0'.repeat(128);

it('counts a directory as a block, a file in blocks, a link as 64 bytes, hard links and the rest as nothing', () => {
  const entries: ManifestEntry[] = [
    { ...attributes, type: 'directory', path: '' },
    { ...attributes, type: 'file', path: 'a', size: 1, sha512 },
    { ...attributes, type: 'file', path: 'b', size: 4096, sha512 },
    { ...attributes, type: 'file', path: 'c', size: 4097, sha512 },
    { ...attributes, type: 'file', path: 'd', size: 0 },
    { type: 'hardlink', path: 'e', target: 'a' },
    { ...attributes, type: 'symlink', path: 'f', target: 'a' },
    { ...attributes, type: 'fifo', path: 'g' },
    { ...attributes, type: 'block-device', path: 'h', major: 8, minor: 0 },
  ];

  expect(estimateUsage(entries)).toEqual({
    usageBytes: 4096 + 4096 + 4096 + 8192 + 64,
    contentBytes: 1 + 4096 + 4097,
  });
});
