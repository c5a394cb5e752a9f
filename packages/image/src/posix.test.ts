import { execFileSync } from 'node:child_process';
import { closeSync, lstatSync, openSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isRoot, temporaryDirectory } from '../test/support/temporary-directory.js';
import { decodeDevice, encodeDevice, posix } from './posix.js';

describe('system calls', () => {
  it('set the time of a symbolic link itself, before the epoch too', () => {
    const place = join(temporaryDirectory(), 'link');
    symlinkSync('/etc/passwd', place);

    posix().setModificationTime(Buffer.from(place), -1n);

    expect(lstatSync(place, { bigint: true }).mtimeNs).toBe(-1n);
  });

  it('set, list, get and remove extended attributes with any bytes', () => {
    const place = Buffer.from(join(temporaryDirectory(), 'file'));
    writeFileSync(place, '');
    const value = Buffer.from([0, 1, 255]);

    posix().setXattr(place, 'user.a', value);
    posix().setXattr(place, 'user.b', Buffer.alloc(0));

    expect(posix().listXattrs(place).sort()).toEqual(['user.a', 'user.b']);
    expect(posix().getXattr(place, 'user.a')).toEqual(value);
    expect(posix().getXattr(place, 'user.b')).toEqual(Buffer.alloc(0));
    posix().removeXattr(place, 'user.a');
    expect(posix().listXattrs(place)).toEqual(['user.b']);
  });

  it('fail with the code of the system and the path', () => {
    const place = Buffer.from('/nonexistent/file');

    expect(() => posix().listXattrs(place)).toThrow(
      expect.objectContaining({
        code: 'ENOENT',
        syscall: 'llistxattr',
        message: expect.stringContaining('/nonexistent/file'),
      }),
    );
  });

  it('make fifos, and devices as root only', () => {
    const directory = temporaryDirectory();
    const device = () =>
      posix().makeDevice(Buffer.from(join(directory, 'null')), 'character-device', 0o600, {
        major: 1,
        minor: 3,
      });

    posix().makeFifo(Buffer.from(join(directory, 'fifo')), 0o600);

    expect(lstatSync(join(directory, 'fifo'), { bigint: true }).isFIFO()).toBe(true);
    if (isRoot) device();
    else expect(device).toThrow(expect.objectContaining({ code: 'EPERM' }));
    expect(lstatSync(join(directory, 'null'), { bigint: true, throwIfNoEntry: false })?.rdev).toBe(
      isRoot ? 0x103n : undefined,
    );
  });

  it.each([
    [1, 3],
    [4095, 1_048_575],
    [259, 70_000],
  ])('take device number %i:%i as mknod does', (major, minor) => {
    expect(decodeDevice(encodeDevice({ major, minor }))).toEqual({ major, minor });
  });

  it('lock a file against everybody else', () => {
    const file = join(temporaryDirectory(), 'lock');
    const [first, second] = [openSync(file, 'a'), openSync(file, 'a')];

    expect(posix().tryLock(first)).toBe(true);
    expect(posix().tryLock(second)).toBe(false);
    closeSync(first);
    expect(posix().tryLock(second)).toBe(true);
    closeSync(second);
  });

  it('flush a file system', async () => {
    const fd = openSync(temporaryDirectory(), 'r');

    await expect(posix().syncFileSystem(fd)).resolves.toBeUndefined();
    closeSync(fd);
    await expect(posix().syncFileSystem(fd)).rejects.toMatchObject({ syscall: 'syncfs' });
  });

  it('need no more than one file of declarations', () => {
    const users = execFileSync('grep', ['-rl', "('koffi')", join(import.meta.dirname)], { encoding: 'utf8' });

    expect(
      users
        .trim()
        .split('\n')
        .filter((file) => !file.endsWith('.test.ts')),
    ).toEqual([join(import.meta.dirname, 'posix.ts')]);
    expect(readFileSync(join(import.meta.dirname, 'posix.ts'), 'utf8')).toContain("('koffi')");
  });
});
