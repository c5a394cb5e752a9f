import type { ByteString } from '@ami-publisher/image';

interface Line {
  readonly text: ByteString;
  /** The fields of a line that mounts something at `/`; undefined for any other. */
  readonly root: readonly ByteString[] | undefined;
}

const parseLine = (text: ByteString): Line => {
  const fields = text.trim().split(/[ \t]+/);
  const mounts = !text.trim().startsWith('#') && fields[1] === '/';
  return { text, root: mounts ? fields : undefined };
};

/** Options stay with the file system that they were made for. */
const rootOptions = (root: readonly ByteString[] | undefined): ByteString => {
  const [, , type, options] = root ?? [];
  return options !== undefined && (type === 'ext4' || type === 'auto') ? options : 'defaults';
};

/**
 * An `/etc/fstab` that mounts the file system of a UUID as root. The line of another root is replaced where it stands, options for ext4
 * included, further ones are left out, and every other line stays as it is. Doing it again changes nothing.
 */
export const fstabWithRoot = (fstab: ByteString, rootUuid: string): ByteString => {
  const lines = fstab.replace(/\n+$/, '').split('\n').map(parseLine);
  const first = lines.findIndex(({ root }) => root !== undefined);
  const rootLine = `UUID=${rootUuid} / ext4 ${rootOptions(lines[first]?.root)} 0 1`;
  const rest = lines.filter(({ root }, index) => root === undefined || index === first);
  const texts = rest.map(({ text }, index) => (index === first ? rootLine : text));
  if (first === -1) texts.unshift(rootLine);
  return `${texts.join('\n').replace(/\n+$/, '')}\n`;
};
