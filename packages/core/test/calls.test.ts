import { VirtualClock } from '@ami-publisher/base';
import { ModelCloud } from '@ami-publisher/sandbox';
import { describe, expect, it } from 'vitest';
import { Publisher } from '../src/publish/publisher.js';
import { MemoryJournalStore } from '../src/steps/memory-journal.js';
import { UnpackerFleet } from '../src/unpacker/fleet.js';

type Counts = Readonly<Record<string, number>>;

const snapshotMs = 120_000;
const stream = 'base/debian-12';

/** One target whose unpacker runs, and an API that answers within a tenth of a second. */
const publishTwice = async () => {
  const clock = new VirtualClock();
  const cloud = new ModelCloud({
    clock,
    latency: {
      apiMs: 100,
      createVolumeMs: 2_500,
      attachVolumeMs: 2_000,
      completeSnapshotMs: snapshotMs,
      registerImageMs: 8_000,
    },
  });
  await clock.runUntil(cloud.addUnpackers());
  const fleet = new UnpackerFleet({ cloud, createClient: cloud.createUnpackerClient });
  const publisher = new Publisher({ cloud, fleet, images: cloud.images, journals: new MemoryJournalStore() });
  const targets = await clock.runUntil(cloud.resolveTargets('*,*'));
  const publish = async (leaf: string) => {
    cloud.images.add({ stream, leaf });
    cloud.model.calls.clear();
    const plan = await clock.runUntil(publisher.plan({ stream, leaf, targets }));
    const planned = awsCalls(cloud.model.calls.counts());
    const results = await clock.runUntil(publisher.start(plan).results);
    expect(results.ok).toBe(true);
    const [target] = results.targets;
    const all = awsCalls(cloud.model.calls.counts());
    return { planned, all, completeMs: target?.durationsMs.complete ?? 0 };
  };
  return { first: await publish('1'), second: await publish('2') };
};

const awsCalls = (counts: Counts): Counts =>
  Object.fromEntries(Object.entries(counts).filter(([action]) => !action.startsWith('unpacker:')));

const changesIn = (counts: Counts): Counts =>
  Object.fromEntries(Object.entries(counts).filter(([action]) => !action.startsWith('Describe')));

/** What looks something up: all that the plan calls, and what the publication calls without waiting for anything. */
const looksIn = ({ all, planned }: { readonly all: Counts; readonly planned: Counts }): Counts => ({
  ...planned,
  DescribeInstances: all.DescribeInstances ?? 0,
});

const sum = (counts: Counts): number => Object.values(counts).reduce((total, count) => total + count, 0);

/**
 * What the reference calls in the same situation, polls apart (its sections 2 and 3.17): it tags snapshot and AMI by calls of their own (2.1), and
 * attaches and waits as we do. It finds its unpacker by one call and looks at nothing else, not even for an AMI of the name.
 */
const reference = {
  first: {
    DescribeInstances: 1,
    CreateVolume: 1,
    AttachVolume: 1,
    ModifyInstanceAttribute: 1,
    CreateSnapshot: 1,
    RegisterImage: 1,
    CreateTags: 2,
  },
  second: { DescribeInstances: 1, CreateSnapshot: 1, RegisterImage: 1, CreateTags: 2 },
};

describe('the calls for one target', () => {
  it('[W28] change less than the reference: resources are tagged as they are made', async () => {
    const { first, second } = await publishTwice();
    expect(changesIn(first.all)).toEqual({
      CreateVolume: 1,
      AttachVolume: 1,
      ModifyInstanceAttribute: 1,
      CreateSnapshot: 1,
      RegisterImage: 1,
    });
    expect(changesIn(second.all)).toEqual({ CreateSnapshot: 1, RegisterImage: 1 });
    expect(sum(changesIn(first.all))).toBeLessThan(sum(changesIn(reference.first)));
    expect(sum(changesIn(second.all))).toBeLessThan(sum(changesIn(reference.second)));
  });

  it('look twice in a plan, for the name and for the unpacker, and not again in the publication that follows', async () => {
    const { first, second } = await publishTwice();
    expect(looksIn(first)).toEqual({ DescribeImages: 1, DescribeInstances: 1 });
    expect(looksIn(second)).toEqual({ DescribeImages: 1, DescribeInstances: 1 });
    // A first release polls its volume, until it is created and until it is attached; the next has nothing to ask about it.
    expect(Object.keys(second.all).sort()).toEqual([
      'CreateSnapshot',
      'DescribeImages',
      'DescribeInstances',
      'DescribeSnapshots',
      'RegisterImage',
    ]);
  });

  it('are fewer than those of the reference, which has no plan, with the plan and all', async () => {
    const { first, second } = await publishTwice();
    expect(sum(changesIn(first.all)) + sum(looksIn(first))).toBeLessThan(sum(reference.first));
    expect(sum(changesIn(second.all)) + sum(looksIn(second))).toBeLessThan(sum(reference.second));
  });

  it('take at most 20 polls for a snapshot of two minutes, whose end is noticed within 3 s', async () => {
    const { first, second } = await publishTwice();
    for (const { all, completeMs } of [first, second]) {
      expect(all.DescribeSnapshots).toBeLessThanOrEqual(20);
      expect(completeMs - snapshotMs).toBeLessThanOrEqual(3_000);
      // The wait begins when the snapshot has been confirmed and the stream released, a moment after it began.
      expect(completeMs).toBeGreaterThan(snapshotMs - 1_000);
    }
  });
});
