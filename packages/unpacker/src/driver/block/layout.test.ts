import { describe, expect, it } from 'vitest';
import { derivedId } from './derived-id.js';
import { inodeCount, makeArguments } from './file-system.js';
import { checkSize, layoutScript, recognise } from './layout.js';

const [volumeId, stream] = ['vol-0123456789abcdef0', 'base/debian'];
const MiB = 2 ** 20;
const found = [
  { number: 1, startBytes: 67 * MiB, sizeBytes: 900 * MiB, path: '/dev/x1' },
  { number: 13, startBytes: MiB, sizeBytes: MiB, path: '/dev/x13' },
  { number: 14, startBytes: 2 * MiB, sizeBytes: MiB, path: '/dev/x14' },
  { number: 15, startBytes: 3 * MiB, sizeBytes: 64 * MiB, path: '/dev/x15' },
];

describe('the layout of a volume', () => {
  it('[U33] follows from the volume and the stream alone', () => {
    expect(layoutScript(volumeId, stream)).toBe(layoutScript(volumeId, stream));
    expect(derivedId(volumeId, stream, 'root')).toMatch(
      /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    );
    expect(derivedId(volumeId, stream, 'root')).not.toBe(derivedId(volumeId, 'other', 'root'));
  });

  it('[U19] is recognised by where its partitions are, and only when all are there and no other', () => {
    expect(recognise(found)).toMatchObject({ root: { path: '/dev/x1' }, efi: { path: '/dev/x15' } });
    expect(recognise(found.slice(1))).toBeUndefined();
    expect(recognise([...found, { ...found[0]!, number: 2 }])).toBeUndefined();
    expect(recognise(found.map((part) => ({ ...part, startBytes: part.startBytes + MiB })))).toBeUndefined();
  });

  it('[U27] [W93] is a GPT with partitions for the boot loaders of BIOS and of UEFI', () => {
    const lines = layoutScript(volumeId, stream).split('\n');
    expect(lines[0]).toBe('label: gpt');
    // UEFI specification, table 5.7, and GRUB's manual, "BIOS installation".
    for (const type of ['C12A7328-F81F-11D2-BA4B-00A0C93EC93B', '21686148-6449-6E6F-744E-656564454649'])
      expect(lines.filter((line) => line.includes(`type=${type}`))).toHaveLength(1);
  });

  it('needs a disk that is large enough', () => {
    expect(() => checkSize(volumeId, 256 * MiB)).not.toThrow();
    expect(() => checkSize(volumeId, 255 * MiB)).toThrowError(expect.objectContaining({ code: 'NO_SPACE' }));
  });
});

describe('the file system of a volume', () => {
  it('has room for images of many small files', () => {
    const sizeBytes = 2 ** 30;
    expect(inodeCount({ volumeId, stream, sizeBytes, inodes: 200_000 })).toBe(401_024);
    expect(inodeCount({ volumeId, stream, sizeBytes, inodes: 100 })).toBe(65_536);
  });

  it('[U35] is told everything that mke2fs would decide by its version or by the size of the disk', () => {
    const options = makeArguments({ volumeId, stream, sizeBytes: 2 ** 30, inodes: 100 }, '/dev/x1');
    for (const option of ['-b', '-I', '-m', '-G', '-J', '-N', '-U', '-O', '-E'])
      expect(options).toContain(option);
    expect(options.at(-1)).toBe('/dev/x1');
  });
});
