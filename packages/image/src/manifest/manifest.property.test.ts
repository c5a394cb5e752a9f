import { isAmiPublisherError } from '@ami-publisher/base';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import type { InodeEntry, ManifestEntry } from '../manifest.js';
import { encodeManifest } from './encode.js';
import { parseManifest } from './parse.js';

const byte = fc.integer({ min: 1, max: 255 }).filter((code) => code !== 0x2f);
const component = fc
  .array(byte, { minLength: 1, maxLength: 12 })
  .map((codes) => String.fromCharCode(...codes))
  .filter((text) => text !== '.' && text !== '..');
const attributes = fc.record(
  {
    mode: fc.integer({ min: 0, max: 0o7777 }),
    uid: fc.integer({ min: 0, max: 2 ** 32 - 2 }),
    gid: fc.integer({ min: 0, max: 2 ** 32 - 2 }),
    mtimeNs: fc.bigInt({ min: -(10n ** 18n), max: 10n ** 19n }),
    xattrs: fc.dictionary(
      component.map((text) => `user.${text}`),
      fc.uint8Array({ maxLength: 40 }).map((data) => Buffer.from(data).toString('base64')),
      { minKeys: 1, maxKeys: 3, noNullPrototype: true },
    ),
  },
  { requiredKeys: ['mode', 'uid', 'gid', 'mtimeNs'] },
);
const sha512 = fc
  .uint8Array({ minLength: 64, maxLength: 64 })
  .map((data) => Buffer.from(data).toString('hex'));
const kind = fc.oneof(
  fc.record({ type: fc.constant('directory' as const) }),
  fc.record({ type: fc.constant('fifo' as const) }),
  fc.record({ type: fc.constant('file' as const), size: fc.integer({ min: 1, max: 2 ** 53 - 1 }), sha512 }),
  fc.record({ type: fc.constant('file' as const), size: fc.constant(0) }),
  fc.record({
    type: fc.constant('file' as const),
    size: fc.constant(100_000),
    sha512,
    extents: fc.constantFrom([] as [number, number][], [[4096, 10] as [number, number]], [
      [0, 5],
      [9, 1],
    ] as [number, number][]),
  }),
  fc.record({ type: fc.constant('symlink' as const), target: component }),
  fc.record({
    type: fc.constantFrom('character-device' as const, 'block-device' as const),
    major: fc.integer({ min: 0, max: 4095 }),
    minor: fc.integer({ min: 0, max: 1_048_575 }),
  }),
);
const node = fc.record({
  parent: fc.nat(),
  name: component,
  attributes,
  kind,
  linkTo: fc.option(fc.nat(), { freq: 4 }),
});

/** Any valid list of entries: each node hangs below one of the directories before it. */
const entries = fc.array(node, { maxLength: 25 }).map((nodes): ManifestEntry[] => {
  const root: InodeEntry = { type: 'directory', path: '', mode: 0o755, uid: 0, gid: 0, mtimeNs: 0n };
  const inodes = new Map<string, InodeEntry>([['', root]]);
  const links = new Map<string, number>();
  const directories = [''];
  for (const { parent, name, attributes: common, kind: particular, linkTo } of nodes) {
    const above = directories[parent % directories.length] ?? '';
    const path = above === '' ? name : `${above}/${name}`;
    if (inodes.has(path) || links.has(path)) continue;
    if (linkTo === null) inodes.set(path, { path, ...common, ...particular } as InodeEntry);
    else links.set(path, linkTo);
    if (linkTo === null && particular.type === 'directory') directories.push(path);
  }
  const all: ManifestEntry[] = [...inodes.values()];
  for (const [path, which] of links) {
    const before = [...inodes.values()].filter((inode) => inode.type !== 'directory' && inode.path < path);
    const target = before[which % before.length];
    if (target !== undefined) all.push({ type: 'hardlink', path, target: target.path });
  }
  return all.sort((a, b) => (a.path < b.path ? -1 : 1));
});

it('a manifest comes back from its bytes as it was', async () => {
  await fc.assert(
    fc.property(entries, (list) => {
      const { bytes, digest } = encodeManifest(list);
      expect(parseManifest(bytes, { expectedDigest: digest })).toEqual({ entries: list, digest });
    }),
    { numRuns: 300 },
  );
});

it('damaged bytes are refused as a manifest, or are one in canonical form, and never anything else', async () => {
  const damage = fc.array(fc.record({ at: fc.nat(), byte: fc.nat(255), remove: fc.nat(3) }), {
    minLength: 1,
    maxLength: 4,
  });
  await fc.assert(
    fc.property(entries, damage, (list, places) => {
      let bytes: Buffer = encodeManifest(list).bytes;
      for (const { at, byte: value, remove } of places) {
        const position = at % bytes.length;
        bytes = Buffer.concat([
          bytes.subarray(0, position),
          Buffer.of(value),
          bytes.subarray(position + remove),
        ]);
      }
      try {
        expect(encodeManifest(parseManifest(bytes).entries).bytes.equals(bytes)).toBe(true);
      } catch (reason) {
        if (!isAmiPublisherError(reason)) throw reason;
        expect(reason.code).toBe('INVALID_MANIFEST');
      }
    }),
    { numRuns: 500 },
  );
});
