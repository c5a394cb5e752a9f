import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GrpcImageSink, ingestDirectory, posix } from '@ami-publisher/image';
import { startImageServer } from '@ami-publisher/imageserver';
import { createImageServerClient } from '@ami-publisher/protocol';
import { independentWalk } from '../../../packages/image/test/support/independent-walk.js';

export const stream = 'base/debian';

/** An image, and what its tree looks like. */
export interface Release {
  readonly leaf: string;
  readonly manifestDigest: string;
  readonly tree: readonly string[];
}

/** Makes one of two trees that differ in every way that trees can, and in as many places one way as the other. */
export const makeTree = (root: string, which: 'a' | 'b'): void => {
  const [own, number] = [(name: string) => join(root, `${which}-${name}`), which === 'a' ? 1 : 2];
  for (const directory of ['etc', 'same', `${which}-dir/deep`])
    mkdirSync(join(root, directory), { recursive: true });
  for (let i = 0; i < 8; i += 1) writeFileSync(join(root, 'same', `${i}`), `same ${i}`);
  for (let i = 0; i < 8; i += 1) writeFileSync(join(root, 'etc', `${i}`), `content ${which} ${i}`);
  for (const name of ['large', 'etc/large'])
    writeFileSync(join(root, name), Buffer.alloc(1_500_000, `${which}${name}`));
  writeFileSync(join(root, 'mode'), 'mode', { mode: 0o600 + number });
  chmodSync(join(root, 'mode'), 0o4750 + number);
  writeFileSync(own('moved'), 'content that has another name in each');
  writeFileSync(own('linked'), `linked ${which}`);
  linkSync(own('linked'), join(root, 'etc/linked'));
  symlinkSync(`target-${which}`, join(root, 'symlink'));
  execFileSync('mkfifo', [own('fifo')]);
  execFileSync('mknod', [own('device'), 'b', `${number}`, '7']);
  writeFileSync(own('sparse'), '');
  truncateSync(own('sparse'), 70_000);
  posix().setXattr(Buffer.from(join(root, 'same')), 'user.which', Buffer.from(which));
  utimesSync(join(root, 'same/0'), number, number);
};

/** Two releases of a stream on an image server of this process. */
export interface Releases {
  readonly imageServer: string;
  readonly a: Release;
  readonly b: Release;
  close(): Promise<void>;
}

export const startReleases = async (): Promise<Releases> => {
  const directory = mkdtempSync(join(tmpdir(), 'ami-publisher-releases-'));
  const server = await startImageServer({ dataDir: join(directory, 'images') });
  const client = createImageServerClient({ address: server.address });
  const add = async (leaf: 'a' | 'b'): Promise<Release> => {
    const root = join(directory, leaf);
    mkdirSync(root);
    makeTree(root, leaf);
    const { image } = await ingestDirectory({
      root,
      name: { stream, leaf },
      sink: new GrpcImageSink(client),
    });
    return { leaf, manifestDigest: image.manifestDigest, tree: independentWalk(root) };
  };
  const releases = { imageServer: server.address, a: await add('a'), b: await add('b') };
  client.close();
  return {
    ...releases,
    close: async () => {
      await server.close();
      rmSync(directory, { recursive: true });
    },
  };
};
