import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fstabWithRoot } from './fstab.js';

const uuid = '11111111-2222-8333-8444-555555555555';
const other = '66666666-7777-8888-8999-000000000000';

describe('the root line of /etc/fstab', () => {
  test('replaces another root where it stands and keeps all other lines, byte for byte', () => {
    const fstab =
      '# /etc/fstab\nUUID=old\t/boot ext4 defaults 0 2\n  LABEL=root / ext4 noatime,discard 0 1\n\nproc /proc proc defaults 0 0\n# caf\xe9\n';
    expect(fstabWithRoot(fstab, uuid)).toBe(
      `# /etc/fstab\nUUID=old\t/boot ext4 defaults 0 2\nUUID=${uuid} / ext4 noatime,discard 0 1\n\nproc /proc proc defaults 0 0\n# caf\xe9\n`,
    );
  });

  test('comes first where there was none', () => {
    expect(fstabWithRoot('# UNCONFIGURED FSTAB FOR BASE SYSTEM\n', uuid)).toBe(
      `UUID=${uuid} / ext4 defaults 0 1\n# UNCONFIGURED FSTAB FOR BASE SYSTEM\n`,
    );
    expect(fstabWithRoot('', uuid)).toBe(`UUID=${uuid} / ext4 defaults 0 1\n`);
  });

  test('takes no options of another file system, and leaves no second root', () => {
    const fstab = '/dev/sda1 / xfs inode64 0 0\n/dev/sdb1 / ext4 ro 0 1\n';
    expect(fstabWithRoot(fstab, uuid)).toBe(`UUID=${uuid} / ext4 defaults 0 1\n`);
  });

  test('[U32] stays one line however often it is written, and whatever the file holds', () => {
    const word = fc.constantFrom('UUID=x', '/', '/boot', 'ext4', 'xfs', 'defaults', '#', '0', '\t', ' ', '');
    const line = fc.array(word, { maxLength: 6 }).map((words) => words.join(' '));
    const file = fc.array(line, { maxLength: 8 }).map((lines) => lines.join('\n'));
    fc.assert(
      fc.property(file, (fstab) => {
        const once = fstabWithRoot(fstab, uuid);
        expect(fstabWithRoot(once, uuid)).toBe(once);
        expect(fstabWithRoot(once, other)).toBe(once.replace(uuid, other));
        expect(once.split('\n').filter((text) => /^[^#\s]\S*\s+\/(\s|$)/.test(text))).toHaveLength(1);
      }),
    );
  });
});
