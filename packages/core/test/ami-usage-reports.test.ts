import { describe, expect, it } from 'vitest';
import { outsider, type UsageWorld, usageWorld } from './support/usage-world.js';

/** Another account, of no launch permission and not looked at, has two instances of the AMI. */
const useElsewhere = ({ cloud, place }: UsageWorld, imageId: string, accountId = outsider) =>
  cloud.model
    .references(place())
    .addReportedUse({ imageId, accountId, resourceType: 'ec2:Instance', count: 2 });

const report = async (world: UsageWorld, ImageId: string) => {
  const { clock, cloud, targets } = world;
  const ec2 = await cloud.ec2(targets.targets[0]!);
  await clock.runUntil(
    ec2
      .createImageUsageReport({ ImageId, ResourceTypes: [{ ResourceType: 'ec2:Instance' }] })
      .then(() => clock.sleep(1_000)),
  );
};

const reportsLeft = async ({ clock, cloud, targets }: UsageWorld) => {
  const ec2 = await cloud.ec2(targets.targets[0]!);
  return (await clock.runUntil(ec2.describeImageUsageReports({}))).ImageUsageReports;
};

describe('usage reports of AMIs', () => {
  it('that are there count as a use by another account, with account, type, count and date', async () => {
    const world = await usageWorld({ accounts: 1 });
    const { clock, cloud, image, targets, usage } = world;
    const [reported, own, other] = [image(), image(), image()];
    useElsewhere(world, reported);
    useElsewhere(world, own, world.place().accountId);
    await report(world, reported);
    await report(world, own);
    cloud.model.calls.clear();
    const { images, notices } = await clock.runUntil(usage.listUsed(targets));
    expect(notices).toEqual([]);
    expect(images).toMatchObject([
      {
        imageId: reported,
        reasons: [
          {
            kind: 'usage-report',
            resource: expect.stringMatching(/^amiur-/),
            text: expect.stringMatching(
              /^account 999999999999 uses it in 2 of ec2:Instance, as the usage report of \d{4}-\d\d-\d\dT.* tells$/,
            ),
          },
        ],
      },
    ]);
    expect(cloud.model.calls.count('DescribeImageUsageReports')).toBe(1);
    expect(cloud.model.calls.count('DescribeImageUsageReportEntries')).toBe(1);
    expect(cloud.model.calls.count('CreateImageUsageReport')).toBe(0);
    const unused = await clock.runUntil(usage.listUnused(targets));
    expect(unused.images.map(({ imageId }) => imageId).sort()).toEqual([own, other].sort());
  });

  it('are made of AMIs that nothing else uses, waited for, and deleted, if they are asked for', async () => {
    const world = await usageWorld({ accounts: 1 });
    const { clock, cloud, image, targets, usage, place, operations } = world;
    const [used, elsewhere, unused] = [image(), image(), image()];
    cloud.model.references(place()).putParameter({ name: '/used', value: used });
    useElsewhere(world, elsewhere);
    cloud.model.calls.clear();
    const { images } = await clock.runUntil(usage.listUnused(targets, { usageReports: true }));
    expect(images.map(({ imageId }) => imageId)).toEqual([unused]);
    expect(cloud.model.calls.count('CreateImageUsageReport')).toBe(2);
    expect(await reportsLeft(world)).toEqual([]);
    const { targets: results } = await clock.runUntil(
      usage.deleteUnused(operations, targets, { usageReports: true }),
    );
    expect(results.flatMap(({ changes }) => changes.map(({ resource }) => resource))).toEqual([unused]);
    expect(await reportsLeft(world)).toEqual([]);
  });

  it('that cannot be read are a notice, and count as a use only if reports are asked for', async () => {
    const { clock, cloud, image, targets, usage, operations } = await usageWorld({ accounts: 1 });
    const imageId = image();
    cloud.model.faults.add({ kind: 'deny', action: 'DescribeImageUsageReports' });
    const without = await clock.runUntil(usage.listUnused(targets));
    expect(without).toMatchObject({
      ...{ images: [{ imageId, verdict: 'unused' }], failures: [] },
      notices: [expect.stringMatching(/^usage reports of development,\S+ could not be read: /)],
    });
    const asked = await clock.runUntil(usage.listUsed(targets, { usageReports: true }));
    expect(asked.images).toMatchObject([{ imageId, reasons: [{ kind: 'unknown' }] }]);
    const results = await clock.runUntil(usage.deleteUnused(operations, targets, { usageReports: true }));
    expect(results).toMatchObject({
      targets: [{ status: 'nothing' }],
      notices: [expect.stringMatching(/^usage reports of .*its AMIs are kept: /)],
    });
  });

  it.each<[string, (world: UsageWorld) => void, object, RegExp]>([
    [
      'may not be made',
      ({ cloud }) => cloud.model.faults.add({ kind: 'deny', action: 'CreateImageUsageReport' }),
      {},
      /denied|autho/,
    ],
    [
      'fails',
      ({ cloud, place }) => {
        cloud.model.references(place()).usageReportError = 'out of paper';
      },
      {},
      /amiur-\w+ failed: out of paper/,
    ],
    ['does not come in time', () => {}, { usageReportsTimeoutMs: 10 }, /did not become available in time/],
  ])('one that %s makes its AMI one in use, which is told', async (_, prepare, options, why) => {
    const world = await usageWorld({ accounts: 1 });
    const { clock, image, targets, usage } = world;
    const imageId = image();
    prepare(world);
    const told = await clock.runUntil(usage.listUsed(targets, { usageReports: true, ...options }));
    expect(told.images).toMatchObject([
      { imageId, reasons: [{ kind: 'unknown', text: expect.stringMatching(why) }] },
    ]);
    expect(told.notices).toEqual([expect.stringMatching(/for want of a usage report: 1, as /)]);
    expect(await reportsLeft(world)).toEqual([]);
  });

  it('are deleted when the command is cancelled, and named if they cannot be', async () => {
    const world = await usageWorld({ accounts: 1 });
    const { clock, cloud, image, targets, usage } = world;
    image();
    const cancelling = new AbortController();
    const listing = usage.listUnused(targets, { usageReports: true, signal: cancelling.signal });
    await expect(clock.runUntil(Promise.all([listing, cancelOnceMade(world, cancelling)]))).rejects.toThrow();
    expect(cloud.model.calls.count('CreateImageUsageReport')).toBe(1);
    expect(await reportsLeft(world)).toEqual([]);
    cloud.model.faults.add({ kind: 'deny', action: 'DeleteImageUsageReport' });
    const { notices } = await clock.runUntil(usage.listUnused(targets, { usageReports: true }));
    expect(notices).toEqual([expect.stringMatching(/^usage reports amiur-\w+ of .* could not be deleted/)]);
  });

  it('that somebody had made before an AMI goes stop that', async () => {
    const world = await usageWorld({ accounts: 1 });
    const { clock, cloud, image, targets, usage, operations, stateOf } = world;
    const imageId = image();
    useElsewhere(world, imageId);
    const ec2 = await cloud.ec2(targets.targets[0]!);
    const confirm = async () => {
      const ResourceTypes = [{ ResourceType: 'ec2:Instance' }];
      await ec2.createImageUsageReport({ ImageId: imageId, ResourceTypes });
      await clock.sleep(1_000);
    };
    const results = await clock.runUntil(usage.deleteUnused(operations, targets, {}, { confirm }));
    expect(results.targets[0]!.changes).toMatchObject([{ status: 'failed', code: 'AMI_IN_USE' }]);
    expect(await stateOf(imageId)).toBe('available');
  });
});

/** Cancels as soon as the model has made a report. */
const cancelOnceMade = async ({ clock, cloud }: UsageWorld, cancelling: AbortController): Promise<void> => {
  while (cloud.model.calls.count('CreateImageUsageReport') === 0) await clock.sleep(1);
  cancelling.abort(new Error('stop'));
};
