import { isAmiPublisherError } from '@ami-publisher/base';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { acquireLease, checkLease, type LeaseClaim, liveLease, releaseLease, renewLease } from './leases.js';
import { newStream, type StreamRecord } from './state/model.js';

type Step =
  | { readonly kind: 'acquire'; readonly publication: string; readonly holder: string }
  | { readonly kind: 'renew' | 'release'; readonly of: number }
  | { readonly kind: 'wait'; readonly ms: number };

const anyStep: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    kind: fc.constant('acquire' as const),
    publication: fc.constantFrom('p', 'q'),
    holder: fc.constantFrom('h', 'i'),
  }),
  fc.record({ kind: fc.constantFrom('renew' as const, 'release' as const), of: fc.nat(9) }),
  fc.record({ kind: fc.constant('wait' as const), ms: fc.nat(90_000) }),
);

interface World {
  stream: StreamRecord;
  now: number;
  readonly claims: (LeaseClaim & { readonly holder: string })[];
}

/** @returns undefined if the change is refused. */
const tryTo = (change: () => StreamRecord): StreamRecord | undefined => {
  try {
    return change();
  } catch (error) {
    if (isAmiPublisherError(error) && /^LEASE_/.test(error.code)) return undefined;
    throw error;
  }
};

const apply = (world: World, step: Step): void => {
  if (step.kind === 'wait') {
    world.now += step.ms;
    return;
  }
  if (step.kind === 'acquire') {
    const request = { publication: step.publication, holder: step.holder, ttlMs: 60_000 };
    const stream = tryTo(() => acquireLease(world.stream, request, world.now));
    if (stream?.lease === undefined) return;
    world.claims.push({ publication: step.publication, holder: step.holder, epoch: stream.lease.epoch });
    world.stream = stream;
    return;
  }
  const claim = world.claims[step.of];
  if (claim === undefined) return;
  const changed = tryTo(() =>
    step.kind === 'renew' ? renewLease(world.stream, claim, world.now) : releaseLease(world.stream, claim),
  );
  world.stream = changed ?? world.stream;
};

const covers = (world: World, claim: LeaseClaim): boolean =>
  tryTo(() => {
    checkLease(world.stream, claim, world.now);
    return world.stream;
  }) !== undefined;

describe('leases', () => {
  it('are good for one holder at a time, whatever happens', () => {
    fc.assert(
      fc.property(fc.array(anyStep, { maxLength: 30 }), (steps) => {
        const world: World = { stream: newStream('s'), now: 0, claims: [] };
        for (const step of steps) {
          apply(world, step);
          const good = world.claims.filter((claim) => covers(world, claim));
          const holders = new Set(good.map(({ publication, holder }) => `${publication} ${holder}`));
          expect(holders.size).toBeLessThanOrEqual(1);
        }
      }),
    );
  });

  it('never go back to an earlier epoch', () => {
    fc.assert(
      fc.property(fc.array(anyStep, { maxLength: 30 }), (steps) => {
        const world: World = { stream: newStream('s'), now: 0, claims: [] };
        for (const step of steps) {
          const before = world.stream.epoch;
          apply(world, step);
          expect(world.stream.epoch).toBeGreaterThanOrEqual(before);
          expect(liveLease(world.stream, world.now)?.epoch ?? world.stream.epoch).toBe(world.stream.epoch);
        }
      }),
    );
  });
});
