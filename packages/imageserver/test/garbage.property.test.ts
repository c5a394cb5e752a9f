import { isAmiPublisherError, silentLogger } from '@ami-publisher/base';
import { encodeManifest, type ImageName, type ManifestEntry } from '@ami-publisher/image';
import * as fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { collectGarbage } from '../src/collection/collect-garbage.js';
import { ImageCatalogue } from '../src/images/image-catalogue.js';
import { isLive } from '../src/images/image-record.js';
import { receiveObjects } from '../src/service/receive-objects.js';
import { verifyImage } from '../src/service/verify-image.js';
import { DirectoryStore } from '../src/store/directory/directory-store.js';
import type { Bucket } from '../src/store/s3/bucket.js';
import { bucketStore } from '../src/store/s3/s3-store.js';
import type { Store } from '../src/store/store.js';
import { allOf } from './support/all-of.js';
import { MemoryBucket, MemoryBucketClient } from './support/memory-bucket.js';
import { PatientClock } from './support/patient-clock.js';
import { temporaryDirectory } from './support/temporary-directory.js';
import { sha512 } from './support/trees.js';

const hourMs = 3_600_000;
const graceMs = 24 * hourMs;
const start = Date.UTC(2026, 0, 1);
const root: ManifestEntry = { path: '', type: 'directory', mode: 0o755, uid: 0, gid: 0, mtimeNs: 0n };
const contents = Array.from({ length: 6 }, (_, i) => Buffer.from(`content ${i}`));
/** Expected where others work at the same time. */
const expected = ['OBJECT_MISSING', 'IMAGE_EXISTS', 'IMAGE_NOT_FOUND', 'STREAM_NOT_FOUND', 'TIMED_OUT'];

const manifestOf = (indexes: readonly number[]): Buffer =>
  encodeManifest([
    root,
    ...[...new Set(indexes)].sort().map((index): ManifestEntry => {
      const content = contents[index]!;
      return { ...root, path: `${index}`, type: 'file', size: content.length, sha512: sha512(content) };
    }),
  ]).bytes;

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

/** What has happened, lest nothing did. */
const seen = { added: 0, collected: 0, killed: 0 };

/** One server of a store. */
class Server {
  readonly catalogue: ImageCatalogue;
  readonly #signal = new AbortController().signal;

  constructor(
    readonly store: Store,
    readonly clock: PatientClock,
  ) {
    this.catalogue = new ImageCatalogue({ store, clock, graceMs });
  }

  /** As a client does it: asks what is missing, dawdles, sends that, dawdles, adds the image. */
  async ingest(
    name: ImageName,
    indexes: readonly number[],
    pausesMs: readonly [number, number],
  ): Promise<void> {
    const { objects } = this.store;
    const digests = indexes.map((index) => sha512(contents[index]!));
    const fresh = await objects.areFresh(digests, this.clock.now() - graceMs / 2, this.#signal);
    await this.clock.sleep(pausesMs[0]);
    const missing = indexes.filter((_, i) => !fresh[i]).map((index) => contents[index]!);
    await receiveObjects(
      (async function* () {
        for (const data of missing) yield { sha512: sha512(data), size: data.length, data };
      })(),
      objects,
      this.#signal,
    );
    await this.clock.sleep(pausesMs[1]);
    const manifest = once(manifestOf(indexes));
    const added = await this.catalogue.add({ name, manifest, createdBy: 'test', signal: this.#signal });
    if (added.isNew) seen.added += 1;
  }

  async collect(): Promise<void> {
    const { objects } = await collectGarbage(this.store, {
      nowMs: this.clock.now(),
      graceMs,
      dryRun: false,
      signal: this.#signal,
    });
    seen.collected += objects;
  }

  async expire(name: ImageName, inMs: number): Promise<void> {
    await this.catalogue.setExpiry(name, new Date(this.clock.now() + inMs).toISOString(), true);
  }

  /** Live images of which something is missing or damaged. */
  async damage(): Promise<unknown[]> {
    const images = (await this.catalogue.list()).filter((image) => isLive(image, this.clock.now()));
    const found = await Promise.all(
      images.map(async (image) => allOf(verifyImage(this.store, image, this.#signal))),
    );
    return found.flat().flatMap(({ damage }) => damage);
  }
}

const leaf = fc.constantFrom('1', '2', '3');
const hours = fc.constantFrom(0, 0, 0.01, 1, 11, 13, 23, 25, 49);
const indexes = fc.uniqueArray(fc.nat(contents.length - 1), { minLength: 1, maxLength: 4 });
const action = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('ingest' as const), leaf, indexes, first: hours, second: hours }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('delete' as const), leaf }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('restore' as const), leaf }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('expire' as const), leaf, inHours: fc.constantFrom(0.5, 12, 40) }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('collect' as const) }) },
);
type Action = typeof action extends fc.Arbitrary<infer T> ? T : never;

/** What happens, by which server, and how long after the one before. */
const step = fc.record({ action, server: fc.nat(1), waitHours: hours });

const perform = async (server: Server, act: Action): Promise<void> => {
  const name = { stream: 's', leaf: 'leaf' in act ? act.leaf : '' };
  switch (act.do) {
    case 'ingest':
      return server.ingest(name, act.indexes, [act.first * hourMs, act.second * hourMs]);
    case 'delete':
      await server.catalogue.delete(name, 'test');
      return;
    case 'restore':
      await server.catalogue.restore(name);
      return;
    case 'expire':
      return server.expire(name, act.inHours * hourMs);
    case 'collect':
      return server.collect();
  }
};

const tolerated = (reason: unknown): void => {
  if (!isAmiPublisherError(reason) || !expected.includes(reason.code)) throw reason;
};

/** Servers of one bucket whose requests take random times, and which are killed at random requests and replaced. */
class Cluster {
  readonly clock = new PatientClock(start);
  readonly bucket = new MemoryBucket(this.clock);
  readonly #servers: Promise<Server>[] = [];
  readonly #temporary = temporaryDirectory();
  #drawn = 0;

  /**
   * @param draws random numbers below 1, one for each request
   * @param slowestMs how long a request of each server takes at most
   */
  constructor(
    readonly draws: readonly number[],
    readonly killBelow: number,
    readonly slowestMs: readonly [number, number] = [2_000, 2_000],
  ) {
    this.#servers = [this.#open(0), this.#open(1)];
  }

  server(index: number): Promise<Server> {
    return this.#servers[index]!;
  }

  /** A server that nobody interferes with. */
  async observer(): Promise<Server> {
    const client = new MemoryBucketClient(this.bucket, async (request) => request());
    return this.#server(client);
  }

  #server(client: Bucket): Server {
    const options = { clock: this.clock, logger: silentLogger, temporary: this.#temporary };
    return new Server(bucketStore(client, options), this.clock);
  }

  #draw(): number {
    this.#drawn += 1;
    return this.draws[this.#drawn % this.draws.length] ?? 0.5;
  }

  async #open(index: 0 | 1): Promise<Server> {
    let isKilled = false;
    const silence = new Promise<never>(() => {});
    const client = new MemoryBucketClient(this.bucket, async (request) => {
      const fate = this.#draw();
      if (isKilled) return silence;
      await this.clock.sleep(fate * this.slowestMs[index]!);
      if (isKilled) return silence;
      const answer = request();
      if (fate >= this.killBelow) return answer;
      // Applied, but the answer is lost with the server.
      isKilled = true;
      seen.killed += 1;
      this.#servers[index] = this.#open(index);
      return silence;
    });
    return this.#server(client);
  }
}

beforeEach(() => {
  Object.assign(seen, { added: 0, collected: 0, killed: 0 });
});

describe('images come and go while garbage is collected', () => {
  it('and two servers of a bucket, killed at any request, never lose what a live image lists', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 4, maxLength: 25 }),
        fc.array(fc.double({ min: 0, max: 0.999, noNaN: true }), { minLength: 20, maxLength: 60 }),
        fc.constantFrom(0, 0, 0.02),
        async (steps, draws, killBelow) => {
          const cluster = new Cluster(draws, killBelow);
          const failures: unknown[] = [];
          for (const { action: act, server, waitHours } of steps) {
            const working = cluster.server(server).then((one) => perform(one, act).catch(tolerated));
            working.catch((reason) => failures.push(reason));
            await cluster.clock.advance(waitHours * hourMs);
          }
          await cluster.clock.advance(200 * hourMs);
          expect(failures).toEqual([]);
          const observer = await cluster.observer();
          expect(await observer.damage()).toEqual([]);
          await observer.collect();
          expect(await observer.damage()).toEqual([]);
        },
      ),
      { numRuns: Number(process.env.RUNS ?? 300) },
    );
    expect(seen.added).toBeGreaterThan(150);
    expect(seen.collected).toBeGreaterThan(50);
    expect(seen.killed).toBeGreaterThan(10);
  });

  it('and an image that is added in the very moment of a collection is whole or refused', async () => {
    const outcomes = new Set<string>();
    for (let offsetMs = 0; offsetMs < 40_000; offsetMs += 400) {
      const cluster = new Cluster([0.5], 0, [200, 4_000]);
      const [adder, collector] = [await cluster.server(0), await cluster.server(1)];
      const working = [
        adder.ingest({ stream: 's', leaf: 'old' }, [0, 1], [0, 0]),
        // Its objects are listed when it asks for them, and by nobody when it comes to add its image.
        cluster.clock.sleep(11 * hourMs).then(() =>
          adder
            .ingest({ stream: 's', leaf: 'new' }, [0, 1], [0, 16 * hourMs + offsetMs])
            .then(() => outcomes.add('whole'))
            .catch((reason) => {
              tolerated(reason);
              outcomes.add('refused');
            }),
        ),
        cluster.clock.sleep(hourMs).then(() => adder.catalogue.delete({ stream: 's', leaf: 'old' }, 'test')),
        cluster.clock.sleep(27 * hourMs).then(() => collector.collect()),
      ];
      await cluster.clock.advance(40 * hourMs);
      await Promise.all(working);

      expect(await (await cluster.observer()).damage(), `offset ${offsetMs} ms`).toEqual([]);
    }
    expect([...outcomes].sort()).toEqual(['refused', 'whole']);
  });

  it('and a directory never loses what a live image lists', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 20 }), async (steps) => {
        const clock = new PatientClock(start);
        const store = await DirectoryStore.open({ dataDir: temporaryDirectory(), clock });
        const server = new Server(store, clock);
        const working: Promise<void>[] = [];
        for (const { action: act, waitHours } of steps) {
          working.push(perform(server, act).catch(tolerated));
          await clock.advance(waitHours * hourMs);
        }
        await clock.advance(200 * hourMs);
        await Promise.all(working);

        expect(await server.damage()).toEqual([]);
        await server.collect();
        expect(await server.damage()).toEqual([]);
        await store.close();
      }),
      { numRuns: 40 },
    );
    expect(seen.added).toBeGreaterThan(50);
    expect(seen.collected).toBeGreaterThan(20);
  });
});
