import { describe, expect, it } from 'vitest';
import { usageWorld, writePublication } from './support/usage-world.js';

describe('what uses AMIs', () => {
  it('[W37] [list-used-images] tells only AMIs that are used, with what uses them and where', async () => {
    const { clock, cloud, usage, targets, place, image } = await usageWorld();
    const [used, other] = [image(), image()];
    const shared = image({ launchPermissions: [{ UserId: place(1).accountId }] });
    const instanceId = await clock.runUntil(
      cloud.model.addInstance({ ...place(1), name: 'web', imageId: shared, tags: { team: 'web' } }),
    );
    const references = cloud.model.references(place());
    const templateId = references.addLaunchTemplate({
      name: 'web',
      versions: [{ imageId: used }, { imageId: 'ami-00000000000000000' }],
    });
    references.addAutoScalingGroup({
      AutoScalingGroupName: 'workers',
      LaunchTemplate: { LaunchTemplateName: 'web', Version: '$Default' },
    });
    const report = await clock.runUntil(usage.listUsed(targets));
    expect(report.failures).toEqual([]);
    expect(report.images.map(({ imageId }) => imageId)).toEqual([used, shared].sort());
    expect(report.images.map(({ imageId }) => imageId)).not.toContain(other);
    const reasonsOf = (id: string) => report.images.find(({ imageId }) => imageId === id)?.reasons;
    const where = { account: 'development', region: cloud.regions[0] };
    expect(reasonsOf(used)).toEqual([
      {
        ...{ kind: 'auto-scaling-group', resource: 'workers', ...where },
        text: `Auto Scaling group workers in development,${where.region}`,
      },
      {
        ...{ kind: 'launch-template', resource: `${templateId}:1`, ...where },
        text: `launch template web version 1 ($Default) in development,${where.region}`,
      },
    ]);
    expect(reasonsOf(shared)).toMatchObject([
      { kind: 'instance', resource: instanceId, account: 'staging', region: where.region },
    ]);
    expect(report.instances).toEqual([
      {
        ...{ account: 'staging', region: where.region, imageId: shared, instanceId, state: 'running' },
        ...{ launchedAt: expect.any(String), tags: { Name: 'web', team: 'web' } },
      },
    ]);
  });

  it('[W67] [list-unused-images] tells lists in the same order each time, and empty ones as empty', async () => {
    const { clock, usage, targets, image, place } = await usageWorld({ accounts: 3, regions: 2 });
    expect(await clock.runUntil(usage.listUnused(targets))).toEqual({
      ...{ images: [], instances: [], notices: [], failures: [] },
    });
    for (const [account, region] of [
      [2, 1],
      [0, 0],
      [1, 1],
      [0, 1],
      [0, 0],
    ])
      image(place(account, region));
    const { images } = await clock.runUntil(usage.listUnused(targets));
    const keys = images.map(({ account, region, imageId }) => `${account} ${region} ${imageId}`);
    expect(keys).toHaveLength(5);
    expect(keys).toEqual([...keys].sort());
  });

  it('tells of an AMI that a rule keeps which one, and looks only at those with the tags', async () => {
    const world = await usageWorld();
    const { clock, usage, targets, image, place, agoDays, journals } = world;
    await writePublication(world, 'pub-1', place(), false);
    const tags = { team: 'web' };
    const old = image({ tags });
    const young = image({ tags, createdAt: agoDays(0.5) });
    const open = image({ tags: { ...tags, 'ami-publisher:publication': 'pub-1' } });
    const newest = image({ tags: { ...tags, 'ami-publisher:stream': 'base' } });
    image({ tags: { team: 'other' } });
    image({ tags: { ...tags, frozen: 'yes' } });
    const { images } = await clock.runUntil(
      usage.listUnused(targets, { searchTags: tags, excludeSearchTags: { frozen: '' }, journals }),
    );
    const told = images.map(({ imageId, verdict, reasons }) => [imageId, verdict, reasons[0]?.kind]);
    expect(told.sort()).toEqual(
      [
        [old, 'unused', undefined],
        [young, 'kept', 'young'],
        [open, 'kept', 'publication'],
        [newest, 'kept', 'newest'],
      ].sort(),
    );
  });

  it('takes what it is not let see for a use, and says what and where', async () => {
    const { clock, cloud, usage, targets, image, operations } = await usageWorld();
    const imageId = image();
    cloud.model.faults.add({ kind: 'deny', action: 'DescribeParameters', account: '111111111111' });
    const { images, failures } = await clock.runUntil(usage.listUsed(targets));
    expect(images).toMatchObject([
      {
        imageId,
        reasons: [{ kind: 'unknown', text: expect.stringMatching(/Systems Manager.*denied|autho/) }],
      },
    ]);
    expect(failures).toMatchObject([
      { account: 'development', what: 'parameters of Systems Manager', code: 'ACCESS_DENIED' },
    ]);
    const results = await clock.runUntil(usage.deleteUnused(operations, targets, {}));
    expect(results).toMatchObject({
      notices: [expect.stringMatching(/parameters of Systems Manager of development.*AMIs are kept/)],
      targets: [{ status: 'nothing' }, { status: 'nothing' }],
    });
  });

  it('makes one call per page of each list, and asks one by one only of what nothing else uses', async () => {
    const { clock, cloud, usage, targets, image, place } = await usageWorld({ accounts: 1 });
    const ids = Array.from({ length: 40 }, () => image());
    const references = cloud.model.references(place());
    references.addLaunchTemplate({
      name: 'web',
      versions: ids.slice(0, 38).map((imageId) => ({ imageId })),
    });
    for (let index = 0; index < 12; index++)
      references.putParameter({ name: `/p${index}`, value: 'nothing' });
    cloud.model.calls.clear();
    const { images } = await clock.runUntil(usage.listUnused(targets));
    expect(images).toHaveLength(2);
    expect(cloud.model.calls.counts()).toEqual({
      ...{ DescribeImages: 1, DescribeInstances: 1, DescribeLaunchTemplates: 1 },
      ...{ DescribeLaunchTemplateVersions: 1, DescribeAutoScalingGroups: 1 },
      ...{ DescribeLaunchConfigurations: 1, DescribeParameters: 1, GetParameters: 2 },
      ...{ DescribeImageReferences: 1, DescribeImageAttribute: 2, DescribeImageUsageReports: 1 },
    });
  });
});

describe('deleting unused AMIs', () => {
  it('[W49] [delete-unused-images] looks at each again right before, and leaves one that is in use meanwhile', async () => {
    const { clock, cloud, usage, targets, image, operations, place, stateOf } = await usageWorld();
    const [going, launched, shared] = [image(), image(), image()];
    const confirm = async () => {
      await cloud.model.addInstance({ ...place(), name: 'late', imageId: launched });
      cloud.model.references(place(1)).putParameter({ name: '/late', value: shared });
    };
    const results = await clock.runUntil(usage.deleteUnused(operations, targets, {}, { confirm }));
    expect(results.ok).toBe(false);
    const outcome = new Map(results.targets[0]!.changes.map((change) => [change.resource, change]));
    expect(outcome.get(going)).toMatchObject({ status: 'done', value: { outcome: 'retired' } });
    expect(outcome.get(launched)).toMatchObject({
      ...{
        status: 'failed',
        code: 'AMI_IN_USE',
        message: expect.stringMatching(/instance i-\w+ \(running\)/),
      },
    });
    expect(outcome.get(shared)).toMatchObject({ status: 'failed', code: 'AMI_IN_USE' });
    expect([await stateOf(going), await stateOf(launched), await stateOf(shared)]).toEqual([
      ...['disabled', 'available', 'available'],
    ]);
  });

  it('[W68] [W65] goes on after one that fails, and gives the result of each', async () => {
    const { clock, cloud, usage, targets, image, operations } = await usageWorld();
    for (let index = 0; index < 5; index++) image();
    cloud.model.faults.add({ kind: 'deny', action: 'DisableImage', nth: 2 });
    const results = await clock.runUntil(usage.deleteUnused(operations, targets, {}));
    expect(results.targets[0]!.changes.map(({ status }) => status).sort()).toEqual([
      ...['done', 'done', 'done', 'done', 'failed'],
    ]);
    cloud.model.faults.clear();
    const resumed = await clock.runUntil(operations.resume(results.operationId));
    expect(resumed.ok).toBe(true);
  });

  it('[W60] does nothing in a dry run, nor when there are more than allowed', async () => {
    const { clock, cloud, usage, targets, image, operations, stateOf } = await usageWorld();
    const ids = [image(), image()];
    const planned = await clock.runUntil(usage.deleteUnused(operations, targets, {}, { dryRun: true }));
    expect(planned.targets[0]!.changes.map(({ resource }) => resource).sort()).toEqual([...ids].sort());
    await expect(clock.runUntil(usage.deleteUnused(operations, targets, { max: 1 }))).rejects.toMatchObject({
      code: 'INVALID_OPTION',
      message: expect.stringContaining('2 AMIs are unused, more than the 1'),
    });
    expect(await Promise.all(ids.map((id) => stateOf(id)))).toEqual(['available', 'available']);
    expect(cloud.model.calls.count('DisableImage')).toBe(0);
  });

  it('is taken back', async () => {
    const { clock, usage, targets, image, operations, stateOf } = await usageWorld();
    const imageId = image();
    const { operationId } = await clock.runUntil(usage.deleteUnused(operations, targets, {}));
    expect(await stateOf(imageId)).toBe('disabled');
    await clock.runUntil(operations.undo(operationId));
    expect(await stateOf(imageId)).toBe('available');
  });

  it.each([
    [{ max: 0 }, 'max'],
    [{ keepLast: 1.5 }, 'keepLast'],
    [{ minAgeMs: -1 }, 'minAgeMs'],
    [{ concurrency: 0 }, 'concurrency'],
  ])('refuses %o', async (options, name) => {
    const { clock, usage, targets, operations } = await usageWorld();
    await expect(clock.runUntil(usage.deleteUnused(operations, targets, options))).rejects.toMatchObject({
      code: 'INVALID_OPTION',
      message: expect.stringContaining(name),
    });
  });
});
