import { AmiPublisherError } from '@ami-publisher/base';
import { describe, expect, it } from 'vitest';
import { UnpackerFleet, type UnpackerFleetOptions } from '../src/unpacker/fleet.js';
import type { UnpackerClient, UnpackerStatus, UnpackerStream } from '../src/unpacker/unpacker-client.js';
import { FakeCloud, type FakeTarget } from './support/fake-cloud.js';
import { fakeUnpacker, idleStatus, unreachable } from './support/fake-unpacker.js';
import { targetIn } from './support/targets.js';

const here = targetIn('us-east-1');

interface World {
  readonly cloud: FakeCloud;
  readonly fleet: UnpackerFleet;
  /** Instances that a client was made for, and those whose client was closed. */
  readonly opened: string[];
  readonly closed: string[];
}

const world = (
  regions: Readonly<Record<string, FakeTarget>> | readonly NonNullable<FakeTarget['instances']>[number][],
  clientOf: (instanceId: string) => Partial<UnpackerClient> = () => ({ status: async () => idleStatus }),
  options: Partial<UnpackerFleetOptions> = {},
): World => {
  const cloud = new FakeCloud(
    Array.isArray(regions)
      ? { 'us-east-1': { instances: regions } }
      : (regions as Record<string, FakeTarget>),
  );
  const opened: string[] = [];
  const closed: string[] = [];
  const fleet = new UnpackerFleet({
    cloud,
    createClient: (_target, { InstanceId = '' }) => {
      opened.push(InstanceId);
      return fakeUnpacker({ ...clientOf(InstanceId), close: () => closed.push(InstanceId) });
    },
    ...options,
  });
  return { cloud, fleet, opened, closed };
};

const tagList = (tags: Readonly<Record<string, string>>) =>
  Object.entries(tags).map(([key, Value]) => ({ Key: `ami-publisher:${key}`, Value }));

const volumeOf = (stream: string, id: string, instanceId = 'i-1') => ({
  VolumeId: id,
  Size: 4,
  Encrypted: true,
  KmsKeyId: 'key-1',
  Attachments: [{ InstanceId: instanceId }],
  Tags: tagList({ stream }),
});

/** A snapshot that a publication took, so many seconds after the first. */
const captureOf = (volumeId: string, leaf: string, generation: number, seconds: number) => ({
  VolumeId: volumeId,
  StartTime: new Date(seconds * 1_000),
  Tags: tagList({ publication: 'pub-1', leaf, generation: String(generation) }),
});

const idsOf = (instances: readonly { InstanceId?: string | undefined }[]) =>
  instances.map(({ InstanceId }) => InstanceId);

describe('the unpackers of a target', () => {
  it('come with the holder of the stream’s volume first, then by state', async () => {
    const { fleet } = world({
      'us-east-1': {
        instances: [
          { id: 'i-4', state: 'stopping' },
          { id: 'i-3', state: 'running' },
          { id: 'i-2', state: 'stopped', volumes: ['vol-1'] },
          { id: 'i-1', state: 'pending' },
        ],
        volumes: [volumeOf('base/debian', 'vol-1')],
      },
    });
    expect(idsOf((await fleet.find(here, 'base/debian')).instances)).toEqual(['i-2', 'i-3', 'i-1', 'i-4']);
  });

  it('of one rank come in a steady order', async () => {
    const { fleet } = world([
      { id: 'i-2', state: 'running' },
      { id: 'i-1', state: 'running' },
    ]);
    expect(idsOf((await fleet.find(here, 'base/debian')).instances)).toEqual(['i-1', 'i-2']);
  });
});

describe('the volume of a stream', () => {
  const stream = 'base/debian';
  const device = { id: 'vol-1', stream, sizeBytes: 8 * 2 ** 30, present: true, kmsKeys: ['key-2'] };
  const withStream: UnpackerStream = {
    name: stream,
    state: 'SEALED',
    deviceId: 'vol-1',
    generation: 3,
    leaf: '9',
    manifestDigest: 'a',
    leasedTo: undefined,
  };
  const status: UnpackerStatus = { ...idleStatus, devices: [device], streams: [withStream] };
  const known = {
    volumes: [volumeOf(stream, 'vol-1')],
    snapshots: [captureOf('vol-1', '8', 2, 0)],
  };
  const running = [{ id: 'i-1', state: 'running', volumes: ['vol-1'] }] as const;
  const ofEc2 = { volumeId: 'vol-1', sizeGiB: 4, kmsKeys: ['key-1'], leaf: '8' };

  it('is told by an unpacker that runs, and EC2 is not asked', async () => {
    const { fleet, cloud, closed } = world({ 'us-east-1': { ...known, instances: running } }, () => ({
      status: async () => status,
    }));
    const { volume } = await fleet.find(here, stream);
    expect(volume).toEqual({ volumeId: 'vol-1', sizeGiB: 8, kmsKeys: ['key-2'], leaf: '9' });
    expect((await fleet.find(here, 'base/other')).volume).toBeUndefined();
    expect(cloud.looks).toEqual([]);
    expect(closed).toEqual(['i-1', 'i-1']);
  });

  it('is looked up where the unpacker was not told its key', async () => {
    const { fleet } = world({ 'us-east-1': { ...known, instances: running } }, () => ({
      status: async () => ({ ...status, devices: [{ ...device, kmsKeys: [] }] }),
    }));
    expect((await fleet.find(here, stream)).volume).toEqual(ofEc2);
  });

  it('is looked up where the unpacker does not answer, or cannot be spoken to', async () => {
    const silent = world({ 'us-east-1': { ...known, instances: running } }, () => ({
      status: () => Promise.reject(unreachable('i-1')),
    }));
    expect((await silent.fleet.find(here, stream)).volume).toEqual(ofEc2);
    const { fleet } = world({ 'us-east-1': { ...known, instances: running } }, undefined, {
      createClient: () => {
        throw new AmiPublisherError('INVALID_OPTION', { message: 'no certificate' });
      },
    });
    expect((await fleet.find(here, stream)).volume).toEqual(ofEc2);
  });

  it('is looked up where asking would take a session', async () => {
    let opened = 0;
    const open = () => {
      opened += 1;
      return Promise.reject(unreachable('i-1'));
    };
    const { fleet } = world({ 'us-east-1': { ...known, instances: running } }, undefined, {
      createClient: undefined,
      connectorOf: () => ({ name: 'session', isCostly: true, open }),
    });
    expect((await fleet.find(here, stream)).volume).toEqual(ofEc2);
    expect(opened).toBe(0);
  });

  it('is looked up while its instance is stopped', async () => {
    const stopped = [{ ...running[0], state: 'stopped' }] as const;
    const { fleet, opened } = world({ 'us-east-1': { ...known, instances: stopped } });
    expect((await fleet.find(here, stream)).volume).toEqual(ofEc2);
    expect(opened).toEqual([]);
  });
});

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

  it('goes on to the next when the first does not answer in its time', async () => {
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

  it('waits until a stopping one has stopped before it starts it', async () => {
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

  it.each(['CERTIFICATE_REFUSED', 'ROLE_REFUSED'] as const)('fails at once with %s', async (code) => {
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

describe('an inquiry over many targets', () => {
  const denied = new AmiPublisherError('ACCESS_DENIED', { message: 'ec2:DescribeInstances: no' });
  const targets = [here, targetIn('eu-west-1')];

  it('lists unpackers per target, and their status where they run', async () => {
    const { fleet, opened, closed } = world(
      {
        'us-east-1': {
          instances: [
            { id: 'i-1', state: 'running' },
            { id: 'i-2', state: 'stopped' },
            { id: 'i-3', state: 'running' },
          ],
        },
        'eu-west-1': { error: denied },
      },
      (id) => ({
        status: () => (id === 'i-3' ? Promise.reject(unreachable(id)) : Promise.resolve(idleStatus)),
      }),
    );
    expect(await fleet.list(targets)).toMatchObject([
      {
        target: here,
        value: [
          { instanceId: 'i-1', state: 'running', status: idleStatus },
          { instanceId: 'i-2', state: 'stopped' },
          {
            instanceId: 'i-3',
            state: 'running',
            error: { code: 'UNPACKER_UNREACHABLE', target: 'dev,us-east-1' },
          },
        ],
      },
      { target: targets[1], error: { code: 'ACCESS_DENIED', target: 'dev,eu-west-1' } },
    ]);
    expect(opened).toEqual(['i-1', 'i-3']);
    expect(closed.sort()).toEqual(['i-1', 'i-3']);
  });

  it('lists streams from the tags of their volumes and the newest snapshots of them, and connects to nothing', async () => {
    const { fleet, opened } = world({
      'us-east-1': {
        volumes: [volumeOf('base/ubuntu', 'vol-2'), volumeOf('base/debian', 'vol-1')],
        snapshots: [
          captureOf('vol-2', '6', 2, 10),
          captureOf('vol-2', '7', 3, 20),
          captureOf('vol-2', '5', 1, 0),
        ],
      },
      'eu-west-1': { error: denied },
    });
    expect(await fleet.streams(targets)).toMatchObject([
      {
        value: [
          { stream: 'base/debian', volumeId: 'vol-1', leaf: '', generation: 0, sizeGiB: 4 },
          { stream: 'base/ubuntu', volumeId: 'vol-2', leaf: '7', generation: 3, sizeGiB: 4 },
        ],
      },
      { error: { code: 'ACCESS_DENIED' } },
    ]);
    expect(opened).toEqual([]);
  });

  it('prepares per target: starts the unpacker, and scans the stream under a lease', async () => {
    const calls: string[] = [];
    const stream = {
      name: 'base/debian',
      state: 'IDLE',
      deviceId: 'vol-1',
      generation: 1,
      leaf: '1',
      manifestDigest: 'a',
      leasedTo: undefined,
    } as const;
    const { fleet, cloud, closed } = world(
      {
        'us-east-1': { instances: [{ id: 'i-1', state: 'stopped' }] },
        'eu-west-1': { instances: [] },
      },
      () => ({
        status: async () => ({ ...idleStatus, streams: [stream] }),
        acquireLease: async (name, publication) => {
          calls.push(`lease ${name} for ${publication}`);
          return { stream: name, publication, epoch: 1 };
        },
        prepareForUnpack: async (operation) => void calls.push(`prepare ${operation}`),
        releaseLease: async () => void calls.push('release'),
      }),
    );
    const prepared = fleet.prepare(targets, { stream: 'base/debian', publicationId: 'prepare-1' });
    expect(await cloud.clock.runUntil(prepared)).toMatchObject([
      { value: { instanceId: 'i-1', scanned: true } },
      { error: { code: 'UNPACKER_NOT_FOUND', target: 'dev,eu-west-1' } },
    ]);
    expect(calls).toEqual(['lease base/debian for prepare-1', 'prepare prepare-1/prepare', 'release']);
    expect(closed).toEqual(['i-1']);
  });

  it('prepares without a scan where the stream has no volume', async () => {
    const { fleet } = world([{ id: 'i-1', state: 'running' }]);
    expect(await fleet.prepare([here], { stream: 'base/debian', publicationId: 'prepare-1' })).toMatchObject([
      { value: { instanceId: 'i-1', scanned: false } },
    ]);
  });
});
