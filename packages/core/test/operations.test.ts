import { AmiPublisherError, VirtualClock } from '@ami-publisher/base';
import { ModelCloud } from '@ami-publisher/sandbox';
import { describe, expect, it } from 'vitest';
import { Instances, instanceCommands } from '../src/instances/instances.js';
import { listOperations, Operations } from '../src/operations/operations.js';
import type { PublicationEvent } from '../src/steps/events.js';
import { MemoryJournalStore } from '../src/steps/memory-journal.js';
import { UnpackerFleet } from '../src/unpacker/fleet.js';

const tags = { RequiredImage: 'base/unpacker', team: 'images' };

/** Two targets with an unpacker each. */
const world = async () => {
  const clock = new VirtualClock();
  const cloud = new ModelCloud({ clock, regions: ['eu-west-1', 'us-east-1'] });
  await clock.runUntil(cloud.addUnpackers());
  const journals = new MemoryJournalStore();
  const fleet = () => new UnpackerFleet({ cloud, createClient: cloud.createUnpackerClient });
  const operations = new Operations({ cloud, journals, fleet, commands: instanceCommands });
  const targets = await clock.runUntil(cloud.resolveTargets('*,*'));
  const [target] = targets.targets;
  const tagsIn = async (region: string) => {
    const { instances } = await cloud.model.inventory(target!.accountId, region);
    return Object.fromEntries(
      instances.flatMap(({ Tags = [] }) => Tags).map(({ Key, Value }) => [Key, Value]),
    );
  };
  const instances = new Instances(operations);
  return { clock, cloud, journals, operations, targets, instances, tagsIn };
};

const deny = (region: string) => ({ kind: 'deny', action: 'CreateTags', region }) as const;

describe('a command that changes something', () => {
  it('gives one result per target, with each change', async () => {
    const { clock, instances, targets, tagsIn } = await world();
    const results = await clock.runUntil(instances.setTags(targets, { tags }));
    expect(results).toMatchObject({ command: 'set-tags-on-unpackers', ok: true, undoable: true });
    expect(results.targets.map(({ region, status, changes }) => [region, status, changes.length])).toEqual([
      ['eu-west-1', 'done', 1],
      ['us-east-1', 'done', 1],
    ]);
    expect(await tagsIn('eu-west-1')).toMatchObject(tags);
    expect(await tagsIn('us-east-1')).toMatchObject(tags);
  });

  it('tells what happens, target by target', async () => {
    const { clock, instances, targets } = await world();
    const events: string[] = [];
    const onEvent = (event: PublicationEvent) =>
      void events.push('target' in event ? `${event.code} ${event.target}` : event.code);
    await clock.runUntil(instances.setTags(targets, { tags }, { onEvent }));
    expect(events.sort()).toEqual([
      'PUB1001',
      ...['PUB2001', 'PUB2002', 'PUB3001', 'PUB3003'].flatMap((code) => [
        `${code} development,eu-west-1`,
        `${code} development,us-east-1`,
      ]),
    ]);
  });

  it('[W60] does nothing in a dry run, and plans what the run then does', async () => {
    const { clock, cloud, instances, targets, journals } = await world();
    cloud.model.calls.clear();
    const planned = await clock.runUntil(instances.setTags(targets, { tags }, { dryRun: true }));
    expect(Object.keys(cloud.model.calls.counts())).toEqual(['DescribeInstances']);
    expect(await journals.list()).toEqual([]);
    const done = await clock.runUntil(instances.setTags(targets, { tags }));
    const whatOf = (results: typeof done) =>
      results.targets.map(({ changes }) => changes.map(({ call, resource, text }) => [call, resource, text]));
    expect(whatOf(planned)).toEqual(whatOf(done));
    expect(planned.targets.map(({ status }) => status)).toEqual(['planned', 'planned']);
  });

  it('[W18] takes * and ? in a name for what they are', async () => {
    const { clock, instances, targets } = await world();
    for (const instanceName of ['*', 'Image*', 'ImageUnpacke?']) {
      const { targets: results } = await clock.runUntil(instances.setTags(targets, { instanceName, tags }));
      expect(results.map(({ status }) => status)).toEqual(['nothing', 'nothing']);
    }
  });

  it('has nothing to do the second time, and writes no journal then', async () => {
    const { clock, instances, targets, journals } = await world();
    await clock.runUntil(instances.setTags(targets, { tags }));
    const again = await clock.runUntil(instances.setTags(targets, { tags }));
    expect(again.targets.map(({ status }) => status)).toEqual(['nothing', 'nothing']);
    expect(await journals.list()).toHaveLength(1);
  });

  it('[W65] leaves a failed target to a later resume, and the others alone', async () => {
    const { clock, cloud, instances, targets, operations, tagsIn } = await world();
    cloud.model.faults.add(deny('us-east-1'));
    const results = await clock.runUntil(instances.setTags(targets, { tags }));
    expect(results).toMatchObject({
      ok: false,
      targets: [
        { region: 'eu-west-1', status: 'done' },
        {
          region: 'us-east-1',
          status: 'failed',
          changes: [
            {
              status: 'failed',
              code: 'ACCESS_DENIED',
              message: expect.stringMatching(/us-east-1.*CreateTags/),
            },
          ],
        },
      ],
    });
    cloud.model.faults.clear();
    cloud.model.calls.clear();
    const resumed = await clock.runUntil(operations.resume(results.operationId));
    expect(resumed).toMatchObject({ ok: true, targets: [{ status: 'done' }, { status: 'done' }] });
    expect(cloud.model.calls.counts()).toEqual({ CreateTags: 1 });
    expect(await tagsIn('us-east-1')).toMatchObject(tags);
  });

  it('is taken back', async () => {
    const { clock, instances, targets, operations, tagsIn } = await world();
    const before = await tagsIn('eu-west-1');
    const { operationId } = await clock.runUntil(
      instances.setTags(targets, { tags: { ...tags, Name: 'ImageUnpacker' } }),
    );
    const undone = await clock.runUntil(operations.undo(operationId));
    expect(undone).toMatchObject({ ok: true, targets: [{ status: 'undone' }, { status: 'undone' }] });
    expect(await tagsIn('eu-west-1')).toEqual(before);
    expect((await clock.runUntil(operations.undo(operationId))).targets.map(({ status }) => status)).toEqual([
      'nothing',
      'nothing',
    ]);
  });

  it('is listed with its plan', async () => {
    const { clock, instances, targets, journals } = await world();
    const { operationId } = await clock.runUntil(instances.setTags(targets, { tags }));
    const { found, damaged } = await listOperations(journals);
    expect(found).toMatchObject([{ operationId, command: 'set-tags-on-unpackers' }]);
    expect(damaged).toEqual([]);
  });

  it('[W60] is confirmed first if it destroys, and nothing is done if it is not', async () => {
    const { clock, cloud, instances, targets, journals } = await world();
    cloud.model.calls.clear();
    const confirm = async () => {
      throw new AmiPublisherError('CANCELLED', { message: 'no' });
    };
    await expect(
      clock.runUntil(instances.deleteTags(targets, { keys: ['Name'] }, { confirm })),
    ).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(Object.keys(cloud.model.calls.counts())).toEqual(['DescribeInstances']);
    expect(await journals.list()).toEqual([]);
  });

  it('tells of a target that cannot be planned for, and works on the others', async () => {
    const { clock, cloud, instances, targets } = await world();
    cloud.model.faults.add({ kind: 'deny', action: 'DescribeInstances', region: 'eu-west-1' });
    const results = await clock.runUntil(instances.deleteTags(targets, { keys: ['Name'] }));
    expect(results).toMatchObject({
      ok: false,
      notices: [expect.stringContaining('without its Name tag')],
      targets: [
        { region: 'eu-west-1', status: 'failed', changes: [], code: 'ACCESS_DENIED' },
        { region: 'us-east-1', status: 'done' },
      ],
    });
  });
});
