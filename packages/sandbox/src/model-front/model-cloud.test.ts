import { VirtualClock } from '@ami-publisher/base';
import {
  MemoryJournalStore,
  type PublicationResults,
  Publisher,
  type PublishOptions,
  UnpackerFleet,
} from '@ami-publisher/core';
import { describe, expect, test } from 'vitest';
import { ModelCloud, type ModelCloudOptions } from './model-cloud.js';

const stream = 'base/debian-12';

const modelWorld = async (options: ModelCloudOptions = {}) => {
  const clock = new VirtualClock();
  const cloud = new ModelCloud({ accounts: 2, regions: 2, ...options, clock });
  cloud.images.add({ stream, leaf: '1' });
  cloud.images.add({ stream, leaf: '2', changedBytes: 10_000_000 });
  const unpackers = await clock.runUntil(cloud.addUnpackers());
  const fleet = new UnpackerFleet({ cloud, createClient: cloud.createUnpackerClient });
  const publisher = new Publisher({
    cloud,
    fleet,
    images: cloud.images,
    journals: new MemoryJournalStore(),
  });
  const publish = async (leaf: string, more: Partial<PublishOptions> = {}): Promise<PublicationResults> => {
    const targets = await cloud.resolveTargets('*,*');
    const plan = await publisher.plan({ stream, leaf, targets, amiName: `debian-${leaf}`, ...more });
    return publisher.start(plan).results;
  };
  return { clock, cloud, unpackers, publisher, publish };
};

describe('The model front', () => {
  test('[MODEL-1] Publishes to every target with the real publisher, in virtual time', async () => {
    const { clock, cloud, publish } = await modelWorld();
    const began = clock.now();
    const first = await clock.runUntil(publish('1'));
    expect(first.targets.map(({ status }) => status)).toEqual(Array.from({ length: 4 }, () => 'published'));
    expect(clock.now() - began).toBeGreaterThan(10_000);
    expect(cloud.model.audit()).toEqual({ orphans: [], duplicates: [], mislabels: [] });
  });
});
