import type { Ec2Api } from '@ami-publisher/core';
import { describe, expect, test } from 'vitest';
import { type Ending, runStorm, type StormReport } from './support/storm.js';

const publicationsPerStorm = 5;
const seedsPerTest = 50;
const clean = { orphans: [], duplicates: [], mislabels: [] };

/** `STORM_SEED=123 npx vitest run --project component packages/sandbox/test/storms.test.ts` runs that storm alone. */
const only = process.env.STORM_SEED;
const firstSeeds =
  only === undefined ? Array.from({ length: 8 }, (_, index) => index * seedsPerTest) : [Number(only)];
const seedsFrom = (first: number): number[] =>
  Array.from({ length: only === undefined ? seedsPerTest : 1 }, (_, index) => first + index);

const storm = (seed: number): Promise<StormReport> =>
  runStorm({ seed, publications: publicationsPerStorm }).catch((cause: unknown) => {
    throw new Error(`storm ${seed} did not end (STORM_SEED=${seed})`, { cause });
  });

describe('Two thousand publications to which all kinds of things happen', () => {
  test.each(firstSeeds)(
    '[W85] leave no orphan, duplicate or mislabelled AMI, and are published, rolled back or resumable (seeds from %d)',
    async (first) => {
      const endings = new Set<Ending>();
      for (const seed of seedsFrom(first)) {
        const { audit, troubles, endings: ended } = await storm(seed);
        expect({ seed, audit, troubles }).toEqual({ seed, audit: clean, troubles: [] });
        expect(ended.length).toBeGreaterThanOrEqual(publicationsPerStorm);
        for (const ending of ended) endings.add(ending);
      }
      if (only === undefined) expect([...endings].sort()).toEqual(['published', 'resumable', 'rolled back']);
    },
    60_000,
  );

  test('are not clean when look-ups by the tag of the publication find nothing: the audit tells', async () => {
    const found = { orphans: 0, duplicates: 0 };
    for (const seed of seedsFrom(0).slice(0, 20)) {
      const { audit } = await runStorm({ seed, publications: publicationsPerStorm, ec2: withoutLookUps });
      found.orphans += audit.orphans.length;
      found.duplicates += audit.duplicates.length;
    }
    expect(found.duplicates).toBeGreaterThan(0);
    expect(found.orphans).toBeGreaterThan(0);
  }, 60_000);
});

const asksForPublication = ({
  Filters = [],
}: {
  readonly Filters?: readonly { readonly Name?: string | undefined }[] | undefined;
}) => Filters.some(({ Name }) => Name === 'tag:ami-publisher:publication');

/** EC2 that knows nothing by the tag of a publication. */
const withoutLookUps = (api: Ec2Api): Ec2Api => ({
  ...allMethods(api),
  describeSnapshots: async (input, options) =>
    asksForPublication(input) ? { Snapshots: [] } : api.describeSnapshots(input, options),
  describeImages: async (input, options) =>
    asksForPublication(input) ? { Images: [] } : api.describeImages(input, options),
  describeVolumes: async (input, options) =>
    asksForPublication(input) ? { Volumes: [] } : api.describeVolumes(input, options),
});

/** A proxy has no methods of its own to be spread. */
const allMethods = (api: Ec2Api): Ec2Api =>
  Object.fromEntries(Object.keys(api).map((name) => [name, api[name as keyof Ec2Api]])) as Ec2Api;
