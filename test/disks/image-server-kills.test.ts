import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeManifest, GrpcImageSink, ingestDirectory, walkTree } from '@ami-publisher/image';
import { createImageServerClient, type ImageServerClient } from '@ami-publisher/protocol';
import { expect, it } from 'vitest';
import { builtDaemon, Daemon } from './support/daemon.js';
import {
  chooseVictims,
  deathOf,
  inLanes,
  kindsOf,
  type Objects,
  printHits,
  type SortedCall,
  sortCalls,
} from './support/sweep.js';
import { recordCalls, type SystemCall, type Victim } from './support/system-calls.js';

/** What an ingest changes. */
const objects: Objects = [
  ['dirty mark', /\/data\/dirty/],
  ['image', /\/data\/images/],
  ['object', /\/data\/objects/],
  ['file in the making', /\/data\/tmp/],
  ['data directory', /\/data>/],
];

/** An image server that dies and comes back. */
class Lane {
  readonly #place = mkdtempSync(join(tmpdir(), 'ami-publisher-kills-'));
  #daemon: Daemon | undefined;
  #client: ImageServerClient | undefined;
  #digest = '';

  async #start(before: readonly string[] = []): Promise<ImageServerClient> {
    const flags = ['--insecure', '--listen', '127.0.0.1:0', '--data-dir', join(this.#place, 'data')];
    const { daemon, address } = await Daemon.start([...before, ...builtDaemon('imageserver'), ...flags]);
    this.#daemon = daemon;
    this.#client = createImageServerClient({ address });
    return this.#client;
  }

  async #end(): Promise<void> {
    this.#client?.close();
    await this.#daemon?.kill();
  }

  async close(): Promise<void> {
    await this.#end();
    rmSync(this.#place, { recursive: true });
  }

  /** Makes the tree, and a store that has another image already, the same for each run. */
  async open(): Promise<void> {
    for (const [leaf, size] of [
      ['1', 10],
      ['2', 1_500_000],
    ] as const) {
      const root = join(this.#place, leaf);
      mkdirSync(root, { recursive: true });
      for (let i = 0; i < 5; i += 1) writeFileSync(join(root, `${i}`), `${leaf} ${i}`);
      writeFileSync(join(root, 'large'), Buffer.alloc(size, leaf));
    }
    this.#digest = encodeManifest((await walkTree(join(this.#place, '2'))).entries).digest;
    await this.#ingest(await this.#start(), '1', 'before');
    await this.#end();
    cpSync(join(this.#place, 'data'), join(this.#place, 'store'), { recursive: true });
  }

  async #ingest(client: ImageServerClient, leaf: string, stream: string): Promise<string> {
    const sink = new GrpcImageSink(client);
    const { image } = await ingestDirectory({ root: join(this.#place, leaf), name: { stream, leaf }, sink });
    return image.manifestDigest;
  }

  /** Adds an image; records, and dies where it is told to. `recovering` is a call of the restart to die at as well. */
  async run(victim?: Victim, recovering?: string): Promise<readonly SystemCall[]> {
    rmSync(join(this.#place, 'data'), { recursive: true });
    cpSync(join(this.#place, 'store'), join(this.#place, 'data'), { recursive: true });
    const client = await this.#start();
    const recording = await recordCalls(this.#daemon?.pid ?? 0, join(this.#place, 'calls'), victim);
    const outcome = await this.#ingest(client, '2', 'base').catch((reason: unknown) => reason);
    if (victim === undefined) expect(outcome).toBe(this.#digest);
    // A thread of the pool that was to die may have had less to do this time.
    else if (outcome !== this.#digest) expect(outcome).toMatchObject({ code: 'IMAGE_SERVER_UNREACHABLE' });
    await this.#end();
    const calls = await recording.end();
    if (recovering !== undefined) await this.#dieWhileRecovering(recovering);
    const again = await this.#start();
    await this.#expectNoDamage(again);
    expect(await this.#ingest(again, '2', 'base')).toBe(this.#digest);
    expect(await this.#expectNoDamage(again)).toBe(2);
    await this.#end();
    return calls;
  }

  async #dieWhileRecovering(call: string): Promise<void> {
    const log = join(this.#place, 'calls');
    const kill = `inject=${call}:signal=KILL:when=1`;
    // Detached (-D), so that the daemon is our child.
    const strace = ['strace', '-D', '-f', '-o', log, '-e', `trace=${call}`, '-e', kill];
    await expect(this.#start(strace)).rejects.toThrow('the daemon ended with SIGKILL');
  }

  /** No image lists an object that is missing or torn. @returns how many images there are. */
  async #expectNoDamage(client: ImageServerClient): Promise<number> {
    const { images } = await client.listImages({});
    for (const { name } of images) {
      for await (const { damage } of client.verifyImage({ name })) expect(damage).toEqual([]);
    }
    return images.length;
  }
}

const opened = async (): Promise<Lane> => {
  const lane = new Lane();
  await lane.open();
  return lane;
};

it('an image server that is killed at any call of an ingest lists no damaged image, and takes the same one again', async () => {
  const lanes = [await opened(), await opened()];
  try {
    const calls = sortCalls((await lanes[0]?.run()) ?? [], objects);
    const hit: SortedCall[] = [];

    await inLanes(
      lanes,
      chooseVictims(calls, () => 'first and last'),
      async (lane, victim) => {
        const death = deathOf(await lane.run(victim), victim, objects);
        if (death !== undefined) hit.push(death);
      },
    );

    printHits(hit);
    expect(kindsOf(hit)).toEqual(kindsOf(calls));
  } finally {
    await Promise.all(lanes.map((lane) => lane.close()));
  }
});

it.each(['unlink', 'rmdir'])(
  'an image server that is killed again at %s while it recovers still does',
  async (call) => {
    const lane = await opened();
    try {
      const calls = sortCalls(await lane.run(), objects);
      const committing = calls.findLast(
        ({ name, text }) => name === 'rename' && text.includes('/data/images'),
      );

      const death = deathOf(
        await lane.run(committing, call),
        committing ?? { thread: 'main', name: '', count: 0 },
        objects,
      );

      expect(death).toMatchObject({ name: 'rename', object: 'image' });
    } finally {
      await lane.close();
    }
  },
);
