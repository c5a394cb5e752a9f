import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { applyImage, encodeManifest, parseManifest, walkTree } from '../src/index.js';
import { independentWalk } from './support/independent-walk.js';
import { MemorySource } from './support/memory-source.js';
import { isRoot, temporaryDirectory } from './support/temporary-directory.js';

const mount = (directory: string, size: string): void => {
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', directory], { stdio: 'pipe' });
  onTestFinished(() => {
    execFileSync('umount', [directory]);
  });
};

const megabytes = (count: number, fill: string) => Buffer.alloc(count * 1_048_576, fill);

const wantedTree = (directory: string, files: Readonly<Record<string, Buffer>>): string => {
  const wanted = join(directory, 'wanted');
  mkdirSync(wanted);
  for (const [name, content] of Object.entries(files)) writeFileSync(join(wanted, name), content);
  return wanted;
};

const applyTo = async (root: string, wanted: string) => {
  const manifest = parseManifest(encodeManifest((await walkTree(wanted)).entries).bytes);
  return applyImage({
    root,
    stagingDir: join(root, '.staging'),
    manifest,
    source: new MemorySource().addTree(wanted),
  });
};

/** Mounting a volume of a given size takes root; without it the test states just that. */
const onVolume = async (
  size: string,
  work: (root: string, directory: string) => Promise<void>,
): Promise<void> => {
  const directory = temporaryDirectory();
  const root = join(directory, 'root');
  mkdirSync(root);
  if (!isRoot) {
    expect(() => mount(root, size)).toThrow();
    return;
  }
  mount(root, size);
  await work(root, directory);
};

describe('a volume that cannot hold the old and the new image at a time', () => {
  it('is updated all the same, old files first, keeping what is copied or moved', () =>
    onVolume('12m', async (root, directory) => {
      writeFileSync(join(root, 'large'), megabytes(6, 'old'));
      writeFileSync(join(root, 'gone'), megabytes(1, 'gone'));
      writeFileSync(join(root, 'same'), megabytes(1, 'same'));
      const wanted = wantedTree(directory, {
        large: megabytes(7, 'new'),
        same: megabytes(1, 'same'),
        'same too': megabytes(1, 'same'),
      });

      await applyTo(root, wanted);

      expect(independentWalk(root)).toEqual(independentWalk(wanted));
    }));

  it('is left as it was when even that is not enough', () =>
    onVolume('12m', async (root, directory) => {
      writeFileSync(join(root, 'large'), megabytes(6, 'old'));
      const before = independentWalk(root);
      const wanted = wantedTree(directory, { large: megabytes(13, 'new') });

      await expect(applyTo(root, wanted)).rejects.toMatchObject({ code: 'NO_SPACE' });

      expect(independentWalk(root)).toEqual(before);
      expect(readFileSync(join(root, 'large'))).toHaveLength(6 * 1_048_576);
    }));
});
