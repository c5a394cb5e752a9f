import { expect, it } from 'vitest';
import { MemorySource } from '../test/support/memory-source.js';
import { type FileEntry, readContent } from './index.js';

const content = Buffer.from('0123456789'.repeat(20));
const file = (sha512: string, size = content.length): FileEntry => ({
  ...{ type: 'file', path: 'etc/fstab', mode: 0o644, uid: 0, gid: 0, mtimeNs: 0n },
  size,
  ...(size > 0 && { sha512 }),
});

it('gives the whole content of a file, or its beginning, from pieces of any size', async () => {
  const source = new MemorySource(7);
  const entry = file(source.add(content));

  expect(await readContent(source, entry)).toEqual(content);
  expect(await readContent(source, entry, { firstBytes: 10 })).toEqual(content.subarray(0, 10));
  expect(await readContent(source, entry, { firstBytes: 1_000 })).toEqual(content);
});

it('asks the source for nothing if the file is empty', async () => {
  const source = new MemorySource();

  expect(await readContent(source, file('', 0))).toEqual(Buffer.alloc(0));
  expect(source.asked).toEqual([]);
});

it('refuses a beginning whose end is damaged', async () => {
  const source = new MemorySource(7);
  const entry = file(source.add(content));
  source.objects.set(entry.sha512 ?? '', Buffer.from(content.toString().replace(/9$/, '8')));

  await expect(readContent(source, entry, { firstBytes: 10 })).rejects.toMatchObject({
    code: 'OBJECT_CORRUPT',
  });
});
