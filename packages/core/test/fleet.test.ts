import { AmiPublisherError } from '@ami-publisher/base';
import { describe, expect, it } from 'vitest';
import type { UnpackerStatus, UnpackerStream } from '../src/unpacker/unpacker-client.js';
import { idleStatus, unreachable } from './support/fake-unpacker.js';
import { captureOf, here, idsOf, volumeOf, fleetWorld as world } from './support/fleet-world.js';
import { targetIn } from './support/targets.js';

describe('the unpackers of a target', () => {
  it('[W74] come with the holder of the stream’s volume first, then by state', async () => {
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

  it('[W46] lists streams from the tags of their volumes and the newest snapshots of them, and connects to nothing', async () => {
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

  it('[W45] prepares without a scan where the stream has no volume', async () => {
    const { fleet } = world([{ id: 'i-1', state: 'running' }]);
    expect(await fleet.prepare([here], { stream: 'base/debian', publicationId: 'prepare-1' })).toMatchObject([
      { value: { instanceId: 'i-1', scanned: false } },
    ]);
  });
});
