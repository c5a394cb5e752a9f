import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './measure.mjs';

const filesInFolder = 250;

/** The same bytes for the same seed: SHAKE, since what repeats could be stored once. */
const contentOf = (seed, length) => createHash('shake256', { outputLength: length }).update(seed).digest();

/** Sizes from none to twice the mean, so that many are small, as in systems. */
const sizeOf = (number, meanBytes) => Math.floor((((number * 7919) % 1000) / 500) ** 2 * 0.75 * meanBytes);

const pathOf = (root, number) =>
  join(
    root,
    `d${Math.floor(number / filesInFolder / 40)}`,
    `e${Math.floor(number / filesInFolder)}`,
    `file-${number}`,
  );

const makeFile = (root, number, meanBytes, release) => {
  const path = pathOf(root, number);
  if (number % filesInFolder === 0 || release > 1) mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, contentOf(`${number}/${release}`, sizeOf(number, meanBytes)));
};

/** A tree of `count` files. */
export const manyFiles = (root, count, meanBytes) => {
  for (let number = 0; number < count; number++) makeFile(root, number, meanBytes, 1);
  return root;
};

/**
 * The next release of such a tree, with hard links to what is unchanged: of every hundred files one is different. Of eight of those, six have new
 * content, one is gone, and one is there under a new name beside a new file.
 */
export const nextRelease = async (before, root, count, meanBytes) => {
  await run('cp', ['-al', before, root]);
  for (let number = 0; number < count; number += 100) {
    const kind = (number / 100) % 8;
    rmSync(pathOf(root, number));
    if (kind < 6) makeFile(root, number, meanBytes, 2);
    if (kind === 7) makeFile(root, count + number, meanBytes, 2);
  }
  return root;
};

/** A small Debian with a kernel, as `debootstrap` makes it. */
export const debian = async (root) => {
  if (existsSync(root)) return root;
  await run(
    'debootstrap',
    ['--variant=minbase', '--include=linux-image-cloud-amd64,systemd-sysv', 'bookworm', root],
    {
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    },
  );
  return root;
};
