import { MemoryJournalStore, type ResolvedTargets } from '@ami-publisher/core';
import { type FaultRule, type Random, type SandboxAccount, seededRandom } from '@ami-publisher/sandbox';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createWorld, type World } from '../support/world.js';
import { addImage } from './support/add-image.js';
import { fastClock, type PublisherInProcess, publisherInProcess } from './support/in-process.js';

const publications = 200;
const accounts = 5;
const streams = 2;
const seed = process.env.STORM_SEED ?? '1';

/** What may befall the calls of one publication, each with its share of them. */
const weather: readonly Pick<FaultRule, 'action' | 'kind' | 'probability'>[] = [
  { action: '*', kind: 'throttle', probability: 0.1 },
  { action: '*', kind: 'server-error', probability: 0.1 },
  { action: '*', kind: 'reset', probability: 0.1 },
  { action: '*', kind: 'lost-answer', probability: 0.1 },
  { action: '*', kind: 'not-found-window', probability: 0.3 },
  { action: 'Create*', kind: 'delayed-effect', probability: 0.3 },
  { action: 'RegisterImage', kind: 'delayed-effect', probability: 0.5 },
  { action: 'AttachVolume', kind: 'delayed-effect', probability: 0.5 },
  { action: 'unpacker:*', kind: 'reset', probability: 0.1 },
  { action: 'unpacker:*', kind: 'lost-answer', probability: 0.1 },
  { action: 'unpacker:*', kind: 'delayed-effect', probability: 0.1 },
];

type End = 'published' | 'rolled back' | 'resumable';

/** One account: its publications follow each other, as each has its own weather. */
interface Lane {
  readonly ends: Map<string, End>;
  readonly account: SandboxAccount;
  readonly process: PublisherInProcess;
  readonly targets: ResolvedTargets;
}

let world: World;
let lanes: readonly Lane[];

beforeAll(async () => {
  world = await createWorld({
    accounts,
    regions: ['eu-west-1', 'us-east-1'],
    unpackerFaults: true,
    visibility: { listMs: 500 },
  });
  lanes = await Promise.all(world.sandbox.accounts.map(openLane));
});
afterAll(async () => {
  for (const { process } of lanes ?? []) process.close();
  await world?.close();
});

const openLane = async (account: SandboxAccount): Promise<Lane> => {
  for (const region of world.sandbox.regions) {
    world.sandbox.model.addKmsKey({ accountId: account.id, region }, 'alias/other');
  }
  const journals = new MemoryJournalStore();
  const process = await publisherInProcess({ world, account, journals, clock: fastClock(10) });
  return { account, process, targets: await process.cloud.resolveTargets(''), ends: new Map() };
};

/** One publication from its beginning to one of its ends. */
const publish = async (lane: Lane, number: number): Promise<void> => {
  const random = seededRandom(`${seed}/${number}`);
  const stream = `storm-${lane.account.name}-${Math.floor(random() * streams)}/debian`;
  await addImage(world, `${stream}/${number}`, `release ${number}`);
  const plan = await lane.process.publisher.plan({
    stream,
    leaf: String(number),
    targets: lane.targets,
    deregistrationProtection: random() < 0.2,
    ...(random() < 0.1 && { kmsKey: 'alias/other' }),
  });
  const clear = raise(lane, random, number);
  const stop = new AbortController();
  const crash = random() < 0.2 ? crashOne(lane, random) : undefined;
  const cut = random() < 0.2 ? setTimeout(() => stop.abort(), random() * 3_000) : undefined;
  try {
    const { results } = lane.process.publisher.start(plan, { signal: stop.signal });
    const first = await results;
    lane.ends.set(
      plan.publicationId,
      first.ok ? 'published' : await finish(lane, random, plan.publicationId),
    );
  } finally {
    clearTimeout(cut);
    await crash;
    clear();
  }
};

/** Adds some of the weather to the calls of a lane. @returns takes it away again */
const raise = (lane: Lane, random: Random, number: number): (() => void) => {
  const { faults } = world.sandbox.model;
  const rules = weather
    .filter(() => random() < 0.3)
    .map((rule) =>
      faults.add({ ...rule, account: lane.account.id, seed: number, delayMs: 1_000 } as FaultRule),
    );
  return () => {
    for (const rule of rules) faults.remove(rule);
  };
};

const crashOne = async (lane: Lane, random: Random): Promise<void> => {
  const index = world.sandbox.accounts.findIndex(({ id }) => id === lane.account.id);
  const unpacker = world.sandbox.unpackers[2 * index + (random() < 0.5 ? 0 : 1)] ?? '';
  await new Promise((resolve) => setTimeout(resolve, random() * 3_000));
  world.sandbox.crashInstance(unpacker);
  await world.sandbox.restartInstance(unpacker);
};

/** What is done about a publication that failed: it is resumed, undone or left for later, still in bad weather. */
const finish = async (lane: Lane, random: Random, publicationId: string): Promise<End> => {
  const { publisher } = lane.process;
  for (let tries = 0; tries < 3; tries++) {
    const choice = random();
    if (choice < 0.2) return 'resumable';
    if (choice < 0.5) {
      if ((await publisher.rollback(publicationId, { force: true })).ok) return 'rolled back';
    } else {
      const { results } = await publisher.resume(publicationId);
      if ((await results).ok) return 'published';
    }
  }
  return 'resumable';
};

const idsOf = (end: End): string[] =>
  lanes.flatMap(({ ends }) => [...ends].filter(([, other]) => other === end).map(([id]) => id));

const nothing = { orphans: [], duplicates: [], mislabels: [] };

describe(`${publications} publications in bad weather, seed ${seed}`, () => {
  it('end published, undone or resumable, and leave nothing else', { timeout: 20 * 60_000 }, async () => {
    let begun = 0;
    await Promise.all(
      lanes.map(async (lane) => {
        while (begun < publications) {
          begun += 1;
          await publish(lane, begun);
        }
      }),
    );
    await lastEffects();
    expect(lanes.reduce((sum, { ends }) => sum + ends.size, 0)).toBe(publications);
    for (const end of ['published', 'rolled back', 'resumable'] as const) {
      expect(idsOf(end).length, end).toBeGreaterThan(publications / 20);
    }
    const found = world.sandbox.model.audit({ open: idsOf('resumable'), rolledBack: idsOf('rolled back') });
    expect(found).toEqual(nothing);
  });

  it('that were left can be undone in good weather, and leave nothing', {
    timeout: 10 * 60_000,
  }, async () => {
    await Promise.all(
      lanes.map(async ({ ends, process }) => {
        for (const [id, end] of ends) {
          if (end !== 'resumable') continue;
          expect(await undo(process, id)).toEqual([]);
          ends.set(id, 'rolled back');
        }
      }),
    );
    expect(world.sandbox.model.audit({ rolledBack: idsOf('rolled back') })).toEqual(nothing);
  });
});

/** How long a lease that nobody gave back may last, and how often it is asked for meanwhile. */
const [leaseMs, leasePauseMs] = [60_000, 3_000];

/** Undoes a publication, when a lease that another has died with is over. @returns the errors. */
const undo = async ({ publisher }: Lane['process'], id: string): Promise<string[]> => {
  const endAt = Date.now() + leaseMs + leasePauseMs;
  for (;;) {
    const { targets } = await publisher.rollback(id, { force: true });
    const errors = targets.flatMap((target) => target.errors);
    if (Date.now() > endAt || !errors.some((error) => error.includes(' is leased to '))) return errors;
    await new Promise((resolve) => setTimeout(resolve, leasePauseMs));
  }
};

/** Waits for those that were delayed. */
const lastEffects = () => new Promise((resolve) => setTimeout(resolve, 1_500));
