import { lstat, mkdir, readFile, readlink } from 'node:fs/promises';
import { AmiPublisherError } from '@ami-publisher/base';
import { isSystemError } from '../../system-error.js';
import { runTool } from '../../tools/run-tool.js';

/** Nothing of an image may act on the host that unpacks it. The tables of inodes are left to the kernel that boots it. */
const mountOptions = 'nodev,nosuid,noexec,noatime,noinit_itable';

/**
 * Makes sure that what this process mounts stays its own, and goes with it whatever becomes of it.
 *
 * @throws `INVALID_CONFIGURATION` unless it lives in a mount namespace of its own.
 */
export const checkMountNamespace = async (): Promise<void> => {
  if (await hasOwnNamespace()) return;
  throw new AmiPublisherError('INVALID_CONFIGURATION', {
    message:
      'the daemon shares the mount table of the host, where a volume would stay mounted if it were killed',
    remedy: 'start it with PrivateMounts=yes in its systemd unit, or by `unshare --mount image-unpacker …`',
  });
};

const hasOwnNamespace = async (): Promise<boolean> => {
  try {
    return (await readlink('/proc/self/ns/mnt')) !== (await readlink('/proc/1/ns/mnt'));
  } catch (error) {
    if (!isSystemError(error, 'EACCES', 'ENOENT', 'EPERM')) throw error;
    // The first process cannot be looked at: at least nothing may spread from here.
    return !(await mountTable()).some(({ place, isShared }) => place === '/' && isShared);
  }
};

interface Mount {
  readonly place: string;
  readonly isShared: boolean;
}

/** What is mounted in this process's namespace. Format: proc(5), mountinfo. */
const mountTable = async (): Promise<Mount[]> => {
  const lines = (await readFile('/proc/thread-self/mountinfo', 'utf8')).trimEnd().split('\n');
  return lines.map((line) => {
    const fields = line.split(' ');
    const place = (fields[4] ?? '').replace(/\\([0-7]{3})/g, (_match, code: string) =>
      String.fromCharCode(Number.parseInt(code, 8)),
    );
    return { place, isShared: fields.slice(6, fields.indexOf('-')).some((tag) => tag.startsWith('shared:')) };
  });
};

/** Mounts an ext4 file system. @throws `TOOL_FAILED`, `FILE_SYSTEM_FAILED` if the place is no plain folder. */
export const mountAt = async (
  partition: string,
  place: string,
  options: { readonly readOnly: boolean },
): Promise<void> => {
  await mkdir(place, { recursive: true, mode: 0o700 });
  if (!(await lstat(place)).isDirectory()) {
    throw new AmiPublisherError('FILE_SYSTEM_FAILED', {
      message: `${place} is no folder, so that nothing can be mounted on it`,
      resource: place,
      remedy: 'remove what is there',
    });
  }
  const mode = options.readOnly ? 'ro' : 'rw';
  await runTool('mount', ['-t', 'ext4', '-o', `${mode},${mountOptions}`, '--', partition, place], {
    device: partition,
    timeoutMs: 300_000,
  });
};

/** Unmounts what is mounted at a place, if anything is: what is written is on the disk then. @throws `TOOL_FAILED` if it is busy. */
export const unmount = async (place: string): Promise<void> => {
  const isMounted = (await mountTable()).some((mount) => mount.place === place);
  if (isMounted) await runTool('umount', ['--', place], { device: place, timeoutMs: 600_000 });
};
