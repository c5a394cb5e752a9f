import { VirtualClock } from '@ami-publisher/base';
import { ModelCloud } from '@ami-publisher/sandbox';
import { describe, expect, it } from 'vitest';
import { Publisher } from '../src/publish/publisher.js';
import { MemoryJournalStore } from '../src/steps/memory-journal.js';
import { UnpackerFleet } from '../src/unpacker/fleet.js';

const stream = 'base/debian-12';
const ssmParameter = '/images/{stream}';
const name = '/images/base/debian-12';

const world = async () => {
  const clock = new VirtualClock();
  const cloud = new ModelCloud({ clock });
  await clock.runUntil(cloud.addUnpackers());
  const fleet = new UnpackerFleet({ cloud, createClient: cloud.createUnpackerClient });
  const publisher = new Publisher({ cloud, fleet, images: cloud.images, journals: new MemoryJournalStore() });
  const targets = await clock.runUntil(cloud.resolveTargets('*,*'));
  const [target] = targets.targets;
  const ssm = await cloud.ssm(target!);
  const plan = (leaf: string) => {
    cloud.images.add({ stream, leaf });
    return clock.runUntil(publisher.plan({ stream, leaf, targets, ssmParameter }));
  };
  const publish = async (leaf: string) => clock.runUntil(publisher.start(await plan(leaf)).results);
  const parameter = async () => (await clock.runUntil(ssm.getParameters([name]))).Parameters?.[0]?.Value;
  return { clock, cloud, publisher, ssm, plan, publish, parameter };
};

describe('a parameter that names the newest AMI', () => {
  it('is set last, with each release', async () => {
    const { cloud, plan, publish, parameter } = await world();
    expect((await plan('0')).targets[0]?.actions.at(-1)).toBe(`set the SSM parameter ${name} to it`);
    for (const leaf of ['1', '2']) {
      const { targets } = await publish(leaf);
      expect(await parameter()).toBe(targets[0]?.imageId);
    }
    const changing = cloud.model.calls.list().map(({ action }) => action);
    expect(changing.lastIndexOf('PutParameter')).toBeGreaterThan(changing.lastIndexOf('RegisterImage'));
  });

  it('is left as it was by a publication that fails before', async () => {
    const { cloud, publish, parameter } = await world();
    await publish('1');
    const before = await parameter();
    cloud.model.faults.add({ kind: 'deny', action: 'RegisterImage' });
    expect(await publish('2')).toMatchObject({ ok: false });
    expect(await parameter()).toBe(before);
  });

  it('is given its former value by a rollback, or removed if there was none', async () => {
    const { clock, publisher, publish, parameter } = await world();
    const first = await publish('1');
    const second = await publish('2');
    const before = first.targets[0]?.imageId;
    await clock.runUntil(publisher.rollback(second.publicationId, { force: true }));
    expect(await parameter()).toBe(before);
    await clock.runUntil(publisher.rollback(first.publicationId, { force: true }));
    expect(await parameter()).toBeUndefined();
  });

  it('stays if another publication has set it since', async () => {
    const { clock, publisher, publish, parameter } = await world();
    const first = await publish('1');
    const second = await publish('2');
    await clock.runUntil(publisher.rollback(first.publicationId, { force: true }));
    expect(await parameter()).toBe(second.targets[0]?.imageId);
  });

  it('keeps its former value for the rollback though its answer was lost', async () => {
    const { clock, cloud, publisher, publish, parameter } = await world();
    const before = (await publish('1')).targets[0]?.imageId;
    cloud.model.faults.add({ kind: 'lost-answer', action: 'PutParameter', nth: 1 });
    const second = await publish('2');
    expect(second.ok).toBe(true);
    await clock.runUntil(publisher.rollback(second.publicationId, { force: true }));
    expect(await parameter()).toBe(before);
  });

  it.each(['/aws/images', 'ssm/{stream}', '/{nothing}', '/a'.repeat(16)])('is refused as %s', async (bad) => {
    const { clock, cloud, publisher } = await world();
    cloud.images.add({ stream, leaf: '1' });
    const targets = await clock.runUntil(cloud.resolveTargets('*,*'));
    await expect(
      clock.runUntil(publisher.plan({ stream, leaf: '1', targets, ssmParameter: bad })),
    ).rejects.toMatchObject({ code: 'INVALID_OPTION' });
  });
});
