import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isAmiPublisherError } from '@ami-publisher/base';
import { createUnpackerClient, type UnpackerRpcClient } from '@ami-publisher/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { builtDaemon, Daemon } from './support/daemon.js';
import { followed, operationIds, publish, takeStream } from './support/publish.js';
import { type Release, type Releases, startReleases, stream } from './support/releases.js';
import {
  chooseVictims,
  deathOf,
  inLanes,
  kindsOf,
  type Objects,
  type Often,
  printHits,
  type SortedCall,
  sortCalls,
} from './support/sweep.js';
import { recordCalls, type SystemCall, type Victim } from './support/system-calls.js';
import { type AttachVolume, blockVolume, directoryVolume, type Volume, volumeId } from './support/volumes.js';

let releases: Releases;

beforeAll(async () => {
  releases = await startReleases();
});
afterAll(() => releases.close());

/** A driver, and what its updates change. */
interface Ground {
  readonly attach: AttachVolume;
  readonly objects: Objects;
  readonly often: (object: string) => Often;
  /** What the first image on a volume is written by, and updates are not. */
  readonly ofFirst: readonly string[];
}

const grounds: Readonly<Record<string, Ground>> = {
  directory: {
    attach: directoryVolume,
    objects: [
      ['state', /\/state\/state\./],
      ['record', /\/volume\.json/],
      ['seal', /\/seal\.json/],
      ['list of what could not be set', /\/unset\.jsonl/],
      ['index', /\/content\/index/],
      ['staging', /\/content\/staging/],
      ['tree', /\/content\/tree/],
      ['volume', /\/content>/],
    ],
    often: (object) => (['record', 'staging', 'tree'].includes(object) ? 'first and last' : 'once'),
    ofFirst: ['record', 'staging', 'tree'],
  },
  block: {
    attach: blockVolume,
    objects: [
      ['state', /\/state\/state\./],
      ['known tree', /\/state\/trees/],
      ['staging', /\/mnt\/vol-[0-9a-f]+\/\.ami-publisher-staging/],
      ['tree', /\/mnt\/vol-/],
      ['device', /<\/dev\/loop/],
      ['tool', /SIGCHLD/],
    ],
    often: (object) => (['tool', 'device'].includes(object) ? 'each time' : 'once'),
    ofFirst: ['device', 'tool'],
  },
};

/** An unpacker that dies and comes back, and its volume. */
class Lane {
  readonly #place = mkdtempSync(join(tmpdir(), 'ami-publisher-kills-'));
  readonly #volume: Volume;
  #daemon: Daemon | undefined;
  #client: UnpackerRpcClient | undefined;
  #publications = 0;
  #old: Release | undefined;

  constructor(attach: AttachVolume) {
    this.#volume = attach(this.#place);
  }

  async #start(): Promise<UnpackerRpcClient> {
    const { daemon, address } = await Daemon.start([
      ...this.#volume.before,
      ...builtDaemon('unpacker'),
      ...[
        '--insecure',
        '--listen',
        '127.0.0.1:0',
        '--image-server',
        releases.imageServer,
        '--image-wait',
        '0',
      ],
      ...['--state-dir', join(this.#place, 'state'), ...this.#volume.flags],
    ]);
    this.#daemon = daemon;
    this.#client = createUnpackerClient({ address });
    return this.#client;
  }

  async #end(): Promise<void> {
    this.#client?.close();
    await this.#daemon?.kill();
  }

  /** Attaches the volume and publishes the first release. */
  async open(): Promise<void> {
    const client = await this.#start();
    await client.createStream({ stream });
    const lease = await takeStream(client, 'first');
    await client.addDevice({ deviceId: volumeId, lease });
    await publish(client, 'first', releases.a);
    this.#old = releases.a;
    await this.#end();
  }

  async close(): Promise<void> {
    await this.#end();
    this.#volume.detach();
    rmSync(this.#place, { recursive: true });
  }

  /** Publishes the other release, or the first onto a new volume; records, and dies where it is told to. */
  async run(onNew: boolean, victim?: Victim): Promise<readonly SystemCall[]> {
    if (onNew) this.#volume.erase();
    const wanted = onNew || this.#old === releases.b ? releases.a : releases.b;
    this.#publications += 1;
    const publication = `p${this.#publications}`;
    const client = await this.#start();
    const recording = await recordCalls(this.#daemon?.pid ?? 0, join(this.#place, 'calls'), victim);
    const outcome = await publish(client, publication, wanted).catch((reason: unknown) => reason);
    await this.#end();
    const calls = await recording.end();
    if (victim === undefined) expect(outcome).toBe(wanted.manifestDigest);
    if (isAmiPublisherError(outcome))
      await this.#putRight(publication, onNew ? [wanted] : [this.#old, wanted], wanted);
    expect(await this.#volume.look()).toEqual(wanted.tree);
    this.#old = wanted;
    return calls;
  }

  /** The daemon is started again, seals nothing that is a mixture, and does what it is asked to do once more. */
  async #putRight(
    publication: string,
    possible: readonly (Release | undefined)[],
    wanted: Release,
  ): Promise<void> {
    // A tool that was running may live on for a moment.
    await expect.poll(() => this.#volume.mounted(), { timeout: 30_000 }).toEqual([]);
    const client = await this.#start();
    const sealed = await this.#sealNow(client, publication);
    if (sealed !== undefined) {
      await this.#end();
      const held = possible.find((release) => release?.manifestDigest === sealed);
      expect(await this.#volume.look()).toEqual(held?.tree);
    }
    const again = sealed === undefined ? client : await this.#start();
    expect(await publish(again, publication, wanted)).toBe(wanted.manifestDigest);
    for (const operationId of Object.values(operationIds(publication)))
      expect(await again.getOperation({ operationId })).toMatchObject({ state: 'SUCCEEDED' });
    await this.#end();
  }

  /** The digest of what can be sealed; undefined if that is refused. */
  async #sealNow(client: UnpackerRpcClient, publication: string): Promise<string | undefined> {
    const lease = await takeStream(client, publication);
    try {
      const { captured } = await followed(
        client.prepareForCapture({ lease, operationId: `${publication}/early` }),
      );
      return captured?.manifestDigest;
    } catch (reason) {
      expect(reason).toMatchObject({ code: 'NOT_SEALABLE' });
      return undefined;
    }
  }
}

describe.each(Object.entries(grounds))('an unpacker with the driver %s that is killed', (_driver, ground) => {
  it.each([
    ['an update', false],
    ['the first image on a volume', true],
  ])(
    '[U10] [U43] [U47] [U62] at any call that changes something seals no mixture, and publishes right when it is back: %s',
    async (_what, onNew) => {
      const { attach, objects, often, ofFirst } = ground;
      const lanes = [new Lane(attach), new Lane(attach)];
      try {
        await Promise.all(lanes.map((lane) => lane.open()));
        const recorded = sortCalls((await lanes[0]?.run(onNew)) ?? [], objects);
        const calls = recorded.filter(({ object }) => !onNew || ofFirst.includes(object));
        const hit: SortedCall[] = [];

        await inLanes(lanes, chooseVictims(calls, often), async (lane, victim) => {
          const death = deathOf(await lane.run(onNew, victim), victim, objects);
          if (death !== undefined) hit.push(death);
        });

        printHits(hit);
        expect(kindsOf(hit)).toEqual(kindsOf(calls));
      } finally {
        await Promise.all(lanes.map((lane) => lane.close()));
      }
    },
  );
});
