import { createHash, randomBytes } from 'node:crypto';
import { linkSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A small tree with an empty, a small, a shared and a large file, a link and a hard link. */
export const makeSampleTree = (root: string, large: Buffer = randomBytes(3_000_000)): void => {
  mkdirSync(join(root, 'etc', 'conf.d'), { recursive: true });
  writeFileSync(join(root, 'etc', 'hostname'), 'image\n');
  writeFileSync(join(root, 'etc', 'hostname.copy'), 'image\n');
  writeFileSync(join(root, 'etc', 'empty'), '');
  writeFileSync(join(root, 'large'), large);
  linkSync(join(root, 'large'), join(root, 'large.link'));
  symlinkSync('etc/hostname', join(root, 'link'));
  for (let i = 0; i < 40; i += 1) writeFileSync(join(root, 'etc', 'conf.d', `${i}`), randomBytes(2_000));
};

/** Lower-case hex SHA-512. */
export const sha512 = (data: Uint8Array): string => createHash('sha512').update(data).digest('hex');
