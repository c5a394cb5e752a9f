import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ingestDirectory, type ObjectPiece } from '@ami-publisher/image';
import { describe, expect, it } from 'vitest';
import { allOf } from './support/all-of.js';
import { listening, spawnDaemon } from './support/process.js';
import { connect, serve } from './support/server.js';
import { temporaryDirectory } from './support/temporary-directory.js';
import { makeSampleTree, sha512 } from './support/trees.js';

const name = { stream: 'base', leaf: '1' };

const files = (directory: string): string[] =>
  readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));

/** A complete object, then half of another, and then nothing more for as long as the stream lives. */
async function* halfAnIngest(onHalf: () => void): AsyncGenerator<ObjectPiece> {
  const whole = Buffer.from('complete');
  yield { sha512: sha512(whole), size: whole.length, data: whole };
  const half = Buffer.alloc(2_000_000, 'x');
  yield { sha512: sha512(half), size: half.length, data: half.subarray(0, 1_000_000) };
  onHalf();
  await new Promise(() => {});
}

describe('a server that is killed', () => {
  it('has no half image afterwards, and drops objects that no image lists', async () => {
    const [data, tree] = [temporaryDirectory(), temporaryDirectory()];
    makeSampleTree(tree);
    const daemon = spawnDaemon(['--data-dir', data, '--listen', '127.0.0.1:0', '--insecure']);
    const { sink } = connect(await listening(daemon));
    await ingestDirectory({ root: tree, name, sink });
    const kept = files(join(data, 'objects')).length;

    const half = new Promise<void>((resolve) => {
      sink.addObjects(halfAnIngest(resolve)).catch(() => {});
    });
    await half;
    await expect.poll(() => files(join(data, 'objects')).length).toBe(kept + 1);
    daemon.kill('SIGKILL');
    await once(daemon, 'exit');
    expect(existsSync(join(data, 'dirty'))).toBe(true);

    const restarted = await serve(data);
    expect(files(join(data, 'objects'))).toHaveLength(kept);
    expect(files(join(data, 'tmp'))).toEqual([]);
    expect(existsSync(join(data, 'dirty'))).toBe(false);
    const { images } = await restarted.client.listImages({});
    expect(images.map((image) => image.name)).toEqual([name]);
    const progress = await allOf(restarted.client.verifyImage({ name }));
    expect(progress.flatMap((step) => step.damage)).toEqual([]);
  });

  it('takes the interrupted image when it is sent once more', async () => {
    const [data, tree] = [temporaryDirectory(), temporaryDirectory()];
    makeSampleTree(tree);
    const daemon = spawnDaemon(['--data-dir', data, '--listen', '127.0.0.1:0', '--insecure']);
    const first = connect(await listening(daemon));
    const exited = once(daemon, 'exit');
    const ingest = ingestDirectory({
      root: tree,
      name,
      sink: first.sink,
      onProgress: ({ phase }) => {
        if (phase === 'sending') daemon.kill('SIGKILL');
      },
    });
    await expect(ingest).rejects.toMatchObject({ code: 'IMAGE_SERVER_UNREACHABLE', retryable: true });
    // Its connections end before its lock does.
    await exited;

    const restarted = await serve(data);
    expect((await restarted.client.listImages({})).images).toEqual([]);
    const { image } = await ingestDirectory({ root: tree, name, sink: restarted.sink });
    expect(await restarted.source.getImage('base', '1')).toEqual(image);
  });
});
