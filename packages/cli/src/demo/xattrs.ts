import koffi from 'koffi';

interface Calls {
  readonly list: (path: Buffer, list: Buffer, size: number) => number;
  readonly get: (path: Buffer, name: string, value: Buffer, size: number) => number;
  readonly set: (path: Buffer, name: string, value: Buffer, size: number, flags: number) => number;
}

let calls: Calls | undefined;

const load = (): Calls => {
  const libc = koffi.load('libc.so.6');
  return {
    list: libc.func('intptr_t llistxattr(const void *path, _Out_ void *list, size_t size)'),
    get: libc.func('intptr_t lgetxattr(const void *path, const char *name, _Out_ void *value, size_t size)'),
    set: libc.func(
      'int lsetxattr(const void *path, const char *name, const void *value, size_t size, int flags)',
    ),
  };
};

/** The largest list, and value, that Linux allows (`XATTR_LIST_MAX`, `XATTR_SIZE_MAX`). */
const buffer = Buffer.alloc(65_536);

/** The extended attributes of a file as one text; empty where there are none or the system has no such thing. */
export const readXattrs = (path: Buffer): string => {
  if (process.platform !== 'linux') return '';
  calls ??= load();
  const terminated = Buffer.concat([path, Buffer.of(0)]);
  const length = calls.list(terminated, buffer, buffer.length);
  const names = length > 0 ? buffer.toString('utf8', 0, length).split('\0').filter(Boolean).sort() : [];
  return names
    .map((name) => {
      const size = calls?.get(terminated, name, buffer, buffer.length) ?? 0;
      return `${name}=${buffer.toString('base64', 0, Math.max(0, size))}`;
    })
    .join(' ');
};

/** Sets an extended attribute; returns whether the file system takes it. */
export const writeXattr = (path: string, name: string, value: string): boolean => {
  if (process.platform !== 'linux') return false;
  calls ??= load();
  const bytes = Buffer.from(value);
  return calls.set(Buffer.from(`${path}\0`), name, bytes, bytes.length, 0) === 0;
};
