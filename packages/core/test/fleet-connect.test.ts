import { AmiPublisherError } from '@ami-publisher/base';
import { describe, expect, it } from 'vitest';
import { idleStatus, unreachable } from './support/fake-unpacker.js';
import { here, idsOf, volumeOf, fleetWorld as world } from './support/fleet-world.js';

describe('connecting', () => {
  it('gives the best unpacker', async () => {
    const { fleet, cloud, opened } = world([
      { id: 'i-1', state: 'running' },
      { id: 'i-2', state: 'running' },
    ]);
    const { instance, status } = await cloud.clock.runUntil(fleet.connect(here, 'base/debian'));
    expect(instance.InstanceId).toBe('i-1');
    expect(status).toBe(idleStatus);
    expect(opened).toEqual(['i-1']);
  });

  it('[W74] goes on to the next when the first does not answer in its time', async () => {
    const { fleet, cloud, closed } = world(
      [
        { id: 'i-1', state: 'running' },
        { id: 'i-2', state: 'running' },
      ],
      (id) => ({
        status: () => (id === 'i-1' ? Promise.reject(unreachable(id)) : Promise.resolve(idleStatus)),
      }),
    );
    const begunAt = cloud.clock.now();
    const { instance } = await cloud.clock.runUntil(fleet.connect(here, 'base/debian'));
    expect(instance.InstanceId).toBe('i-2');
    expect(closed).toEqual(['i-1']);
    expect(cloud.clock.now() - begunAt).toBe(60_000);
  });

  it.each(['running', 'stopped'] as const)(
    'gives the best one, found %s by a plan, half a minute to answer before another takes its place',
    async (state) => {
      const { fleet, cloud } = world(
        {
          'us-east-1': {
            instances: [
              { id: 'i-1', state, volumes: ['vol-1'] },
              { id: 'i-2', state: 'running' },
            ],
            volumes: [volumeOf('base/debian', 'vol-1')],
          },
        },
        (id) => ({
          status: async () => {
            if (id === 'i-1' && cloud.clock.now() < awakeAt) throw unreachable(id);
            return idleStatus;
          },
        }),
      );
      const awakeAt = cloud.clock.now() + 30_000;
      const { instances } = await cloud.clock.runUntil(fleet.find(here, 'base/debian'));
      expect(idsOf(instances)).toEqual(['i-1', 'i-2']);
      const { instance } = await cloud.clock.runUntil(fleet.connect(here, 'base/debian'));
      expect(instance.InstanceId).toBe('i-1');
    },
  );

  it('waits for a freshly launched one for ten minutes from its launch', async () => {
    const launchedAt = Date.UTC(2026, 0, 1) - 120_000;
    const { fleet, cloud } = world([{ id: 'i-1', state: 'running', launchedAt }], () => ({
      status: () => Promise.reject(unreachable('i-1')),
    }));
    await expect(cloud.clock.runUntil(fleet.connect(here, 'base/debian'))).rejects.toMatchObject({
      code: 'UNPACKER_UNREACHABLE',
      target: 'dev,us-east-1',
    });
    expect(cloud.clock.now()).toBe(launchedAt + 600_000);
  });

  it('waits as long as it is told to', async () => {
    const { fleet, cloud } = world(
      [{ id: 'i-1', state: 'running' }],
      () => ({ status: () => Promise.reject(unreachable('i-1')) }),
      { connectTimeoutMs: 7_000 },
    );
    const begunAt = cloud.clock.now();
    await expect(cloud.clock.runUntil(fleet.connect(here, 'x'))).rejects.toThrow('no answer from i-1');
    expect(cloud.clock.now() - begunAt).toBe(6_000);
  });

  it('starts a stopped one and waits until it runs and answers', async () => {
    let asked = 0;
    const { fleet, cloud } = world([{ id: 'i-1', state: 'stopped' }], () => ({
      status: async () => {
        asked += 1;
        if (asked < 4) throw unreachable('i-1');
        return idleStatus;
      },
    }));
    const { instance } = await cloud.clock.runUntil(fleet.connect(here, 'base/debian'));
    expect(instance.State?.Name).toBe('running');
    expect(cloud.calls).toEqual(['start i-1 at 0']);
    expect(asked).toBe(4);
  });

  it('[W74] waits until a stopping one has stopped before it starts it', async () => {
    const { fleet, cloud } = world([{ id: 'i-1', state: 'stopping' }]);
    await cloud.clock.runUntil(fleet.connect(here, 'base/debian'));
    expect(cloud.calls).toHaveLength(1);
    expect(Number(cloud.calls[0]?.split(' ').at(-1))).toBeGreaterThanOrEqual(30);
  });

  it('waits for a pending one without starting it', async () => {
    const { fleet, cloud } = world([{ id: 'i-1', state: 'pending' }]);
    await cloud.clock.runUntil(fleet.connect(here, 'base/debian'));
    expect(cloud.calls).toEqual([]);
  });

  it('gives up one that ends instead of starting', async () => {
    const { fleet, cloud } = world([{ id: 'i-1', state: 'stopped', startsAs: 'terminated' }]);
    await expect(cloud.clock.runUntil(fleet.connect(here, 'base/debian'))).rejects.toMatchObject({
      code: 'RESOURCE_FAILED',
      message: expect.stringContaining('i-1 is terminated instead of starting'),
    });
  });

  it.each(['CERTIFICATE_REFUSED', 'ROLE_REFUSED'] as const)('[W75] fails at once with %s', async (code) => {
    const refused = new AmiPublisherError(code, { message: 'not you' });
    const { fleet, cloud, opened, closed } = world(
      [
        { id: 'i-1', state: 'running' },
        { id: 'i-2', state: 'running' },
      ],
      () => ({ status: () => Promise.reject(refused) }),
    );
    const begunAt = cloud.clock.now();
    await expect(fleet.connect(here, 'base/debian')).rejects.toMatchObject({ code, target: 'dev,us-east-1' });
    expect(cloud.clock.now()).toBe(begunAt);
    expect([opened, closed]).toEqual([['i-1'], ['i-1']]);
  });

  it('says what to do where there is none', async () => {
    const { fleet } = world([]);
    await expect(fleet.connect(here, 'base/debian')).rejects.toMatchObject({
      code: 'UNPACKER_NOT_FOUND',
      message: expect.stringMatching(/^dev,us-east-1: no ImageUnpacker instances found; launch an unpacker/),
    });
  });

  it('ends at once when cancelled, and closes its client', async () => {
    const { fleet, cloud, closed } = world([{ id: 'i-1', state: 'running' }], () => ({
      status: () => Promise.reject(unreachable('i-1')),
    }));
    const controller = new AbortController();
    const connecting = fleet.connect(here, 'base/debian', { signal: controller.signal });
    const settled = connecting.catch((reason: unknown) => reason);
    await cloud.clock.advance(3_000);
    const reason = new AmiPublisherError('CANCELLED', { message: 'enough' });
    controller.abort(reason);
    expect(await settled).toBe(reason);
    expect(closed).toEqual(['i-1']);
  });
});
