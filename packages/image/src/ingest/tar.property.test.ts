import { readdirSync } from 'node:fs';
import { isAmiPublisherError } from '@ami-publisher/base';
import * as fc from 'fast-check';
import { type Header, pack } from 'tar-stream';
import { expect, it } from 'vitest';
import { damage, fuzzRuns, fuzzTimeoutMs, inPieces, spoil } from '../../test/support/fuzz.js';
import { MemorySink } from '../../test/support/memory-sink.js';
import { temporaryDirectory } from '../../test/support/temporary-directory.js';
import { encodeManifest } from '../manifest/encode.js';
import { ingestTar } from './tar.js';

const blockBytes = 512;
const name = { stream: 'base', leaf: '1' };
const limitMs = 3_000;

const types = ['file', 'directory', 'symlink', 'link', 'fifo', 'character-device', 'block-device'] as const;
const path = fc.constantFrom(
  'a',
  'b',
  'a/b',
  'a/b/c',
  './a',
  '/etc/shadow',
  '../outside',
  'a/../../b',
  '.',
  '',
  'a//b/',
  'ä',
  'x'.repeat(256),
  `${'d/'.repeat(60)}e`,
  'a\nb',
);
const record = fc.constantFrom(
  { path: '../../etc/passwd' },
  { path: 'p/'.repeat(3_000) },
  { path: 'nul\0nul' },
  { linkpath: '/etc/passwd' },
  { size: '-1' },
  { size: '99999999999999999999' },
  { size: '3' },
  { mtime: '1e9' },
  { mtime: '99999999999999999999.5' },
  { mtime: '-2.25' },
  { uid: '-1' },
  { gid: '0x10' },
  { 'SCHILY.xattr.security.capability': '\u0001\u0000\u0000\u0002' },
  { 'SCHILY.xattr.': '' },
  { 'SCHILY.xattr.__proto__': 'x' },
  { 'GNU.sparse.major': '1' },
  { __proto__: 'x', path: 'p' },
);
const member = fc.record(
  {
    name: path,
    type: fc.constantFrom(...types),
    linkname: path,
    mode: fc.nat(0o7777),
    uid: fc.nat(3_000_000),
    content: fc.constantFrom('', 'x', 'content', 'long '.repeat(300)),
    pax: record,
  },
  { requiredKeys: ['name', 'type', 'linkname', 'content'] },
);
type Member = typeof member extends fc.Arbitrary<infer T> ? T : never;

const archive = async (members: readonly Member[]): Promise<Buffer> => {
  const tar = pack();
  for (const { content, ...header } of members) {
    const body = header.type === 'file' ? content : '';
    tar.entry({ mtime: new Date(1_000), ...header } as Header, body);
  }
  tar.finalize();
  const pieces: Uint8Array[] = [];
  for await (const piece of tar as AsyncIterable<Uint8Array>) pieces.push(piece);
  return Buffer.concat(pieces);
};

/** A field of a header is overwritten, and its checksum is made right again. */
const field = fc.record({
  block: fc.nat(),
  offset: fc.constantFrom(0, 99, 100, 108, 116, 124, 135, 136, 156, 157, 257, 263, 329, 337, 345),
  bytes: fc.oneof(
    fc.uint8Array({ minLength: 1, maxLength: 12 }),
    fc.constantFrom(
      Buffer.from('77777777777 '),
      Buffer.from('           '),
      Buffer.from([0x80, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0]),
      Buffer.from([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]),
      Buffer.from([0x81, 1]),
      Buffer.from('L'),
      Buffer.from('K'),
      Buffer.from('x'),
      Buffer.from('g'),
      Buffer.from('S'),
      Buffer.from('V'),
      Buffer.from('9'),
    ),
  ),
});

const withField = (
  bytes: Buffer,
  { block, offset, bytes: value }: typeof field extends fc.Arbitrary<infer T> ? T : never,
): Buffer => {
  const blocks = Math.floor(bytes.length / blockBytes);
  if (blocks === 0) return bytes;
  const changed = Buffer.from(bytes);
  const header = changed.subarray((block % blocks) * blockBytes).subarray(0, blockBytes);
  header.set(value.subarray(0, blockBytes - offset), offset);
  header.fill(' ', 148, 156);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return changed;
};

const outcome = async (bytes: Buffer, sizes: readonly number[], spoolDir: string) => {
  const sink = new MemorySink();
  async function* tar() {
    yield* inPieces(bytes, sizes);
  }
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error('the ingest does not end')), limitMs);
  });
  try {
    await Promise.race([ingestTar({ tar: tar(), name, sink, spoolDir }), late]);
    return { manifest: sink.images.get('base/1'), code: undefined };
  } catch (reason) {
    if (!isAmiPublisherError(reason)) throw reason;
    return { manifest: undefined, code: reason.code };
  } finally {
    clearTimeout(timer);
  }
};

it(
  'any bytes are an archive that becomes a valid image, or are refused as one',
  async () => {
    const spoolDir = temporaryDirectory();
    await fc.assert(
      fc.asyncProperty(
        fc.array(member, { maxLength: 6 }),
        fc.array(field, { maxLength: 3 }),
        fc.array(damage, { maxLength: 2 }),
        fc.array(fc.integer({ min: 1, max: 3_000 }), { minLength: 1, maxLength: 4 }),
        async (members, fields, places, sizes) => {
          const valid = await archive(members);
          const bytes = places.reduce(spoil, fields.reduce(withField, valid));

          const { manifest, code } = await outcome(bytes, sizes, spoolDir);

          if (manifest === undefined) expect(['INVALID_ARCHIVE', 'INVALID_MANIFEST']).toContain(code);
          else expect(encodeManifest(manifest.entries).digest).toBe(manifest.digest);
          expect(readdirSync(spoolDir)).toEqual([]);
        },
      ),
      fuzzRuns(400),
    );
  },
  fuzzTimeoutMs,
);
