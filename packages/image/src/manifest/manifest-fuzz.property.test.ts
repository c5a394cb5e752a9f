import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type AmiPublisherError, isAmiPublisherError } from '@ami-publisher/base';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { damage, fuzzRuns, fuzzTimeoutMs, inPieces, spoil } from '../../test/support/fuzz.js';
import { independentWalk } from '../../test/support/independent-walk.js';
import { MemorySource } from '../../test/support/memory-source.js';
import { temporaryDirectory } from '../../test/support/temporary-directory.js';
import { applyImage } from '../apply/apply.js';
import type { Manifest, ManifestEntry } from '../manifest.js';
import { walkTree } from '../tree/walk.js';
import { encodeManifest, manifestHeader } from './encode.js';
import { parseManifest } from './parse.js';
import { ManifestReader } from './reader.js';

const source = new MemorySource();
const sha512 = source.add(Buffer.from('content'));
const inode = { mode: '0755', uid: 0, gid: 0, mtimeNs: '1600000000000000001' };

const path = fc.constantFrom(
  ...['', 'a', 'a/b', 'a/b/c', 'b', 'link', 'link/x', '.staging', '.staging/new-1', '__proto__'],
  ...['.', '..', '../canary', 'a/../../canary', '/etc', 'a//b', 'a/', 'a\0', '\xff', 'new\nline'],
  ...['x'.repeat(255), 'x'.repeat(256), 'd/'.repeat(2_048), `${'d/'.repeat(2_047)}e`],
);
const target = fc.constantFrom('a', '..', '../canary', '/etc/passwd', '', 'b', 'link', 'x'.repeat(4_096));
const value = fc.oneof(
  fc.constantFrom<unknown>(null, true, -1, 0.5, 2 ** 53, '', '0755', '-0', '99999999999999999999', [], {}),
  fc.constantFrom<unknown>([[0, 7]], [[0, -1]], [[0, 1, 2]], [[5, 1]], [[2 ** 52, 2 ** 52]]),
  fc.constantFrom<unknown>(
    { 'user.a': 'YQ==' },
    { 'user.a': 'x' },
    { 'trusted.b': '' },
    { ['__proto__']: 'YQ==' },
  ),
  fc.constantFrom<unknown>('a'.repeat(128), sha512.toUpperCase(), '07777', 7, 4_294_967_295),
  path,
);

/** Each kind of line as it should be. */
const plain = fc.oneof(
  fc.record({ path, type: fc.constantFrom('directory', 'fifo') }).map((keys) => ({ ...keys, ...inode })),
  path.map((place) => ({ path: place, type: 'file', ...inode, size: 7, sha512 })),
  fc
    .record({ path, target })
    .map((keys) => ({ path: keys.path, type: 'symlink', ...inode, target: keys.target })),
  fc.record({ path, target }).map((keys) => ({ path: keys.path, type: 'hardlink', target: keys.target })),
  path.map((place) => ({ path: place, type: 'character-device', ...inode, major: 1, minor: 3 })),
);
const keys = fc.constantFrom(
  ...[
    'path',
    'type',
    'mode',
    'uid',
    'mtimeNs',
    'size',
    'sha512',
    'extents',
    'xattrs',
    'target',
    'major',
    'more',
  ],
);
/** A line of which up to two keys have got other values. */
const line = fc
  .tuple(plain, fc.dictionary(keys, value, { maxKeys: 2 }), fc.integer({ min: 0, max: 3 }))
  .map(([entry, changes, often]) => JSON.stringify(often === 0 ? { ...entry, ...changes } : entry));
const rootLine = JSON.stringify({ path: '', type: 'directory', ...inode });

const bytesOf = (lines: readonly string[]): Buffer =>
  Buffer.from(`${[manifestHeader, ...lines].join('\n')}\n`);
const manifestBytes = fc.array(line, { maxLength: 12 }).map((lines) => bytesOf([rootLine, ...lines]));
const acceptableManifest = fc.array(line, { maxLength: 20 }).map((lines) => acceptable(lines));

const refusal = (work: () => unknown): AmiPublisherError | undefined => {
  try {
    work();
    return undefined;
  } catch (reason) {
    if (!isAmiPublisherError(reason)) throw reason;
    return reason;
  }
};

describe('the reader of manifests', () => {
  it(
    'takes what is in canonical form and refuses all else, in whatever pieces it comes',
    async () => {
      await fc.assert(
        fc.property(
          manifestBytes,
          fc.array(damage, { maxLength: 2 }),
          fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 3 }),
          (valid, places, sizes) => {
            const bytes = places.reduce(spoil, valid);
            const entries: ManifestEntry[] = [];
            const reader = new ManifestReader((entry) => entries.push(entry));
            const error = refusal(() => {
              for (const piece of inPieces(bytes, sizes)) reader.push(piece);
              reader.end();
            });

            expect(refusal(() => parseManifest(bytes))?.message).toBe(error?.message);
            if (error === undefined) expect(encodeManifest(entries).bytes.equals(bytes)).toBe(true);
            else expect(error.code).toBe('INVALID_MANIFEST');
          },
        ),
        fuzzRuns(1_000),
      );
    },
    fuzzTimeoutMs,
  );
});

describe('applying whatever the reader takes', () => {
  it(
    'gives a tree that equals it or a refusal, and writes nothing beside the tree',
    async () => {
      const parent = temporaryDirectory();
      await fc.assert(
        fc.asyncProperty(
          acceptableManifest,
          acceptableManifest,
          fc.boolean(),
          async (first, second, stageInside) => {
            const directory = mkdtempSync(join(parent, 'run-'));
            const root = join(directory, 'root');
            mkdirSync(root);
            mkdirSync(join(directory, 'canary'));
            writeFileSync(join(directory, 'canary', 'file'), 'alive');
            const canary = independentWalk(join(directory, 'canary'));
            const stagingDir = stageInside ? join(root, '.staging') : join(directory, 'staging');
            for (const manifest of [first, second]) {
              const outcome = await applyImage({ root, stagingDir, manifest, source }).catch(
                (reason: unknown) => {
                  expect(isAmiPublisherError(reason), String(reason)).toBe(true);
                },
              );
              // What an ordinary user cannot set is not in the tree.
              if (outcome === undefined || Object.keys(outcome.unsettable.paths).length > 0) continue;
              expect((await walkTree(root)).entries).toEqual(manifest.entries.map(asOnLinux));
            }
            expect(independentWalk(join(directory, 'canary'))).toEqual(canary);
          },
        ),
        fuzzRuns(100),
      );
    },
    fuzzTimeoutMs,
  );
});

/** Symbolic links have no mode of their own. */
const asOnLinux = (entry: ManifestEntry): ManifestEntry =>
  entry.type === 'symlink' ? { ...entry, mode: 0o777 } : entry;

/** The largest manifest that lines give if each that breaks a rule is left out. */
const acceptable = (lines: readonly string[]): Manifest => {
  const pathOf = (text: string): string => String(JSON.parse(text).path);
  const sorted = [...lines].sort((a, b) => (pathOf(a) < pathOf(b) ? -1 : 1));
  let [kept, manifest] = [[rootLine], parseManifest(bytesOf([rootLine]))];
  for (const text of sorted) {
    refusal(() => {
      manifest = parseManifest(bytesOf([...kept, text]));
      kept = [...kept, text];
    });
  }
  return manifest;
};
