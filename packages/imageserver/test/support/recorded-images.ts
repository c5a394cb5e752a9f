import { linkSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  encodeManifest,
  type GrpcImageSink,
  ingestDirectory,
  type ManifestEntry,
} from '@ami-publisher/image';
import { temporaryDirectory } from './temporary-directory.js';

const root: ManifestEntry = { path: '', type: 'directory', mode: 0o755, uid: 0, gid: 0, mtimeNs: 0n };

/** A manifest of nothing but the root. */
export const emptyManifest = encodeManifest([root]).bytes;

/** The tree of the recorded images, but for what ours do not have: computed files, and names that are not UTF-8. */
const makeRecordedTree = (kernel: string): string => {
  const tree = temporaryDirectory();
  for (const folder of ['boot', 'etc', 'var']) mkdirSync(join(tree, folder));
  writeFileSync(join(tree, 'boot/vmlinuz-1'), kernel);
  writeFileSync(join(tree, 'boot/initrd.img-1'), 'initrd');
  writeFileSync(join(tree, 'etc/passwd'), 'root:x:0:0::/:/bin/sh\n');
  writeFileSync(join(tree, 'etc/empty'), '');
  linkSync(join(tree, 'etc/passwd'), join(tree, 'etc/hard'));
  symlinkSync('usr/bin', join(tree, 'bin'));
  return tree;
};

/** Adds the images that the recorded image server had. */
export const addRecordedImages = async (sink: GrpcImageSink): Promise<void> => {
  const trees = { 'base/test': makeRecordedTree('kernel<&>\n'), 'base/clean': makeRecordedTree('kernel\n') };
  for (const [stream, tree] of Object.entries(trees))
    await ingestDirectory({ root: tree, name: { stream, leaf: 'v1' }, sink });
  const expiresAt = new Date(Date.now() + 3_600_000);
  await sink.addImage({ stream: 'base/test', leaf: 'v2' }, emptyManifest, { expiresAt });
  for (const name of ['big/v1', 'huge/v1', 'huge/v2', 'sparse/v1', 'ro/v1']) {
    const [directory, leaf = ''] = name.split('/');
    await sink.addImage({ stream: `base/${directory}`, leaf }, emptyManifest);
  }
};
