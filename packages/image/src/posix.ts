import { createRequire } from 'node:module';
import { getSystemErrorName } from 'node:util';
import { AmiPublisherError } from '@ami-publisher/base';
import { toBytes } from './byte-string.js';
import type { ByteString } from './manifest.js';

/** Device numbers as `mknod` and `stat` know them. */
export interface DeviceNumber {
  readonly major: number;
  readonly minor: number;
}

/**
 * System calls that Node's `fs` lacks. Paths are bytes; links are not followed. Each throws a Node-style system error (`code`,
 * `syscall`) when the call fails.
 */
export interface Posix {
  /** Offset of the first data at or after `offset`; undefined if only a hole follows. */
  seekData(fd: number, offset: number): number | undefined;
  /** Offset of the first hole at or after `offset`; the end of the file counts as one. */
  seekHole(fd: number, offset: number): number;
  /** Sets the time of last modification, of a path or of an open file, and leaves that of last access alone. */
  setModificationTime(target: Buffer | number, mtimeNs: bigint): void;
  /** Names of the extended attributes; none where the file system has none. */
  listXattrs(path: Buffer): ByteString[];
  getXattr(path: Buffer, name: ByteString): Buffer;
  setXattr(path: Buffer, name: ByteString, value: Buffer): void;
  removeXattr(path: Buffer, name: ByteString): void;
  makeFifo(path: Buffer, mode: number): void;
  makeDevice(
    path: Buffer,
    type: 'character-device' | 'block-device',
    mode: number,
    device: DeviceNumber,
  ): void;
  /** Writes the whole file system that `fd` is on to its disk, without holding up the event loop. */
  syncFileSystem(fd: number): Promise<void>;
  /** Has the system fetch the first `bytes` of a file from the disk, without waiting for it; advice, so that it cannot fail. */
  willNeed(fd: number, bytes: number): void;
  /** Takes an exclusive lock that ends with the process; false if another holds it. */
  tryLock(fd: number): boolean;
}

const seekDataWhence = 3;
const seekHoleWhence = 4;
const currentDirectory = -100;
const noFollow = 0x100;
const omitTime = 0x3ffffffen;
const exclusiveWithoutWaiting = 2 | 4;
const willNeedAdvice = 3;
const typeBits = { 'character-device': 0o020000, 'block-device': 0o060000 } as const;
const maxListBytes = 64 * 1024;

/** `dev_t` as glibc and musl lay it out. */
export const encodeDevice = ({ major, minor }: DeviceNumber): bigint => {
  const [a, b] = [BigInt(major), BigInt(minor)];
  return ((a & 0xfffff000n) << 32n) | ((a & 0xfffn) << 8n) | ((b & 0xffffff00n) << 12n) | (b & 0xffn);
};

/** The reverse of `encodeDevice`. */
export const decodeDevice = (device: bigint): DeviceNumber => ({
  major: Number(((device >> 32n) & 0xfffff000n) | ((device >> 8n) & 0xfffn)),
  minor: Number(((device >> 12n) & 0xffffff00n) | (device & 0xffn)),
});

interface Native {
  (...values: (number | bigint | Buffer)[]): number;
  async(value: number, callback: (cause: Error | null, result: number) => void): void;
}
interface Koffi {
  load(path: string | null): { func(prototype: string): Native };
  errno(): number;
}

/** With the NUL that ends a path for the system. */
const terminated = (text: Buffer): Buffer => {
  const path = Buffer.allocUnsafe(text.length + 1);
  text.copy(path);
  path[text.length] = 0;
  return path;
};

const load = (): Posix => {
  if (process.platform !== 'linux') throw linuxOnly();
  const koffi = createRequire(import.meta.url)('koffi') as Koffi;
  // The process itself: whatever C library Node is linked with, glibc or musl.
  const library = koffi.load(null);
  const lseek = library.func('int64_t lseek(int fd, int64_t offset, int whence)');
  const utimensat = library.func('int utimensat(int fd, const void *path, const void *times, int flags)');
  const futimens = library.func('int futimens(int fd, const void *times)');
  const llistxattr = library.func('int64_t llistxattr(const void *path, void *list, size_t size)');
  const lgetxattr = library.func(
    'int64_t lgetxattr(const void *path, const void *name, void *value, size_t size)',
  );
  const lsetxattr = library.func(
    'int lsetxattr(const void *path, const void *name, const void *value, size_t size, int flags)',
  );
  const lremovexattr = library.func('int lremovexattr(const void *path, const void *name)');
  const mkfifo = library.func('int mkfifo(const void *path, uint32_t mode)');
  const syncfs = library.func('int syncfs(int fd)');
  const posixFadvise = library.func('int posix_fadvise(int fd, int64_t offset, int64_t length, int advice)');
  const flock = library.func('int flock(int fd, int operation)');
  const mknodat = library.func('int mknodat(int fd, const void *path, uint32_t mode, uint64_t device)');

  const list = Buffer.alloc(maxListBytes);
  const value = Buffer.alloc(maxListBytes);
  const times = Buffer.alloc(32);
  times.writeBigInt64LE(omitTime, 8);

  const checked = (result: number, syscall: string, path?: Buffer): number => {
    if (result >= 0) return result;
    const errno = -koffi.errno();
    const code = getSystemErrorName(errno);
    const where = path === undefined ? '' : ` '${path.toString('utf8')}'`;
    throw Object.assign(new Error(`${code}: ${syscall}${where}`), { code, errno, syscall });
  };
  const orIf = <T>(code: string, otherwise: T, action: () => T): T => {
    try {
      return action();
    } catch (reason) {
      if ((reason as NodeJS.ErrnoException).code === code) return otherwise;
      throw reason;
    }
  };

  return {
    seekData: (fd, offset) =>
      orIf<number | undefined>('ENXIO', undefined, () => checked(lseek(fd, offset, seekDataWhence), 'lseek')),
    seekHole: (fd, offset) => checked(lseek(fd, offset, seekHoleWhence), 'lseek'),
    setModificationTime: (target, mtimeNs) => {
      const nanoseconds = ((mtimeNs % 1_000_000_000n) + 1_000_000_000n) % 1_000_000_000n;
      times.writeBigInt64LE((mtimeNs - nanoseconds) / 1_000_000_000n, 16);
      times.writeBigInt64LE(nanoseconds, 24);
      if (typeof target === 'number') checked(futimens(target, times), 'futimens');
      else checked(utimensat(currentDirectory, terminated(target), times, noFollow), 'utimensat', target);
    },
    listXattrs: (path) => {
      const length = orIf('ENOTSUP', 0, () =>
        checked(llistxattr(terminated(path), list, maxListBytes), 'llistxattr', path),
      );
      return length === 0 ? [] : list.toString('latin1', 0, length - 1).split('\0');
    },
    getXattr: (path, name) => {
      const length = checked(
        lgetxattr(terminated(path), terminated(toBytes(name)), value, maxListBytes),
        'lgetxattr',
        path,
      );
      return Buffer.from(value.subarray(0, length));
    },
    setXattr: (path, name, content) => {
      checked(
        lsetxattr(terminated(path), terminated(toBytes(name)), content, content.length, 0),
        'lsetxattr',
        path,
      );
    },
    removeXattr: (path, name) => {
      checked(lremovexattr(terminated(path), terminated(toBytes(name))), 'lremovexattr', path);
    },
    makeFifo: (path, mode) => {
      checked(mkfifo(terminated(path), mode), 'mkfifo', path);
    },
    makeDevice: (path, type, mode, device) => {
      const result = mknodat(currentDirectory, terminated(path), typeBits[type] | mode, encodeDevice(device));
      checked(result, 'mknod', path);
    },
    syncFileSystem: (fd) =>
      new Promise((resolve, reject) => {
        syncfs.async(fd, (cause, result) => {
          // The system's own code stays behind in the other thread; all that is left of it is a failed write.
          if (cause === null && result === 0) resolve();
          else reject(Object.assign(new Error('EIO: syncfs'), { code: 'EIO', syscall: 'syncfs', cause }));
        });
      }),
    willNeed: (fd, bytes) => {
      posixFadvise(fd, 0, bytes, willNeedAdvice);
    },
    tryLock: (fd) =>
      orIf('EAGAIN', false, () => {
        checked(flock(fd, exclusiveWithoutWaiting), 'flock');
        return true;
      }),
  };
};

const linuxOnly = (): AmiPublisherError =>
  new AmiPublisherError('INVALID_CONFIGURATION', {
    message: `trees can be read and written on Linux only, and this is ${process.platform}`,
    remedy: 'run it on Linux, or make the image of a tar archive',
  });

let loaded: Posix | undefined;

/**
 * The system calls, loaded on first use.
 *
 * @throws `INVALID_CONFIGURATION` on anything but Linux.
 */
export const posix = (): Posix => {
  loaded ??= load();
  return loaded;
};
