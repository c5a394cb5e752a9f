import { VirtualClock } from '@ami-publisher/base';
import type { LeaseRef, Target, UnpackerClient } from '@ami-publisher/core';
import { beforeEach, describe, expect, test } from 'vitest';
import { ModelCloud } from '../model-front/model-cloud.js';

const stream = 'base/debian';
const gibibyte = 2 ** 30;

const world = async (regions = 1, accounts = 1) => {
  const clock = new VirtualClock();
  const cloud = new ModelCloud({ clock, regions, accounts });
  const image = cloud.images.add({ stream, leaf: '1', contentBytes: 2 * gibibyte });
  const update = cloud.images.add({
    stream,
    leaf: '2',
    contentBytes: 2 * gibibyte,
    changedBytes: gibibyte / 4,
  });
  const ids = await clock.runUntil(cloud.addUnpackers());
  const places = cloud.model.accounts.flatMap(({ id, name }) =>
    cloud.regions.map((region): Target => ({ partition: 'aws', accountId: id, account: name, region })),
  );
  const clients = places.map((target, index) =>
    cloud.createUnpackerClient(target, { InstanceId: ids[index]!, PrivateIpAddress: '10.0.0.1' }),
  );

  /** Attaches a volume to the unpacker of a place and gives it to the stream. */
  const bindVolume = async (index: number): Promise<{ lease: LeaseRef; volumeId: string }> => {
    const ec2 = await cloud.ec2(places[index]!);
    const request = { AvailabilityZone: `${places[index]!.region}a`, Size: 3, VolumeType: 'gp3' as const };
    const { VolumeId: volumeId = '' } = await ec2.createVolume(request);
    await clock.sleep(1000);
    await ec2.attachVolume({ VolumeId: volumeId, InstanceId: ids[index]!, Device: '/dev/sdb' });
    const client = clients[index]!;
    await client.createStream(stream);
    const lease = await client.acquireLease(stream, 'publication-1', 'holder-1');
    await client.addDevice({ id: volumeId, hint: '/dev/sdb', kmsKeys: [] }, lease);
    return { lease, volumeId };
  };
  return { clock, cloud, image, update, ids, clients, bindVolume };
};

type World = Awaited<ReturnType<typeof world>>;

describe('An unpacker of the model', () => {
  let one: World;
  let client: UnpackerClient;
  let lease: LeaseRef;
  let volumeId: string;

  beforeEach(async () => {
    one = await world();
    client = one.clients[0]!;
    ({ lease, volumeId } = await one.clock.runUntil(one.bindVolume(0)));
  });

  const run = <T>(outcome: Promise<T>): Promise<T> => one.clock.runUntil(outcome);
  const unpack = (id = 'unpack-1', image = one.image) => client.unpackImage(id, image, lease);
  const state = async () => (await run(client.status())).streams[0]?.state;
  const timed = async (outcome: Promise<unknown>): Promise<number> => {
    const began = one.clock.now();
    await run(outcome);
    return one.clock.now() - began;
  };

  test('[MODEL-3] Unpacks in the time that its figures give', async () => {
    expect(await timed(unpack())).toBeCloseTo(((2 * gibibyte) / 125_000_000) * 1000 + 5, -1);
    expect(await timed(unpack('unpack-2', one.update))).toBeCloseTo(
      (gibibyte / 4 / 125_000_000) * 1000 + 5,
      -1,
    );
    expect(await timed(unpack('unpack-3', one.update))).toBe(5);
  });

  test('[MODEL-4] Seals what it has unpacked, and confirms it until somebody opens it', async () => {
    await run(unpack());
    const captured = await run(client.prepareForCapture('capture-1', lease));
    expect(captured).toEqual({ leaf: '1', manifestDigest: one.image.manifestDigest, generation: 1 });
    await run(client.confirmCapture(1, lease));
    await expect(run(client.confirmCapture(2, lease))).rejects.toMatchObject({
      code: 'CAPTURE_NOT_CONFIRMED',
    });
    expect(await state()).toBe('SEALED');
    await run(client.prepareForUnpack('prepare-1', lease));
    expect(await state()).toBe('PREPARED');
    await expect(run(client.confirmCapture(1, lease))).rejects.toMatchObject({
      code: 'CAPTURE_NOT_CONFIRMED',
    });
    expect(await run(client.prepareForCapture('capture-2', lease))).toMatchObject({ generation: 2 });
  });

  test('[MODEL-5] Joins a call that runs under the same operation id, and remembers what it came to', async () => {
    const both = Promise.all([unpack(), unpack()]);
    expect(await timed(both)).toBeLessThan(20_000);
    const [first, second] = await both;
    expect(second).toEqual(first);
    expect(await timed(unpack())).toBe(5);
    expect(await run(unpack())).toEqual(first);
    await expect(run(unpack('unpack-1', one.update))).rejects.toMatchObject({ code: 'INVALID_OPTION' });
  });

  test('[MODEL-5] Goes on when its caller leaves', async () => {
    const caller = new AbortController();
    const left = client.unpackImage('unpack-1', one.image, lease, { signal: caller.signal });
    const failure = expect(left).rejects.toThrow('gone');
    await one.clock.advance(1_000);
    expect(await state()).toBe('FETCHING');
    caller.abort(new Error('gone'));
    await failure;
    await one.clock.advance(30_000);
    expect(await state()).toBe('UNPACKED');
  });

  test('[MODEL-6] A crash cuts work short and keeps leases, streams and what is on volumes', async () => {
    const cut = expect(unpack()).rejects.toMatchObject({ code: 'UNPACKER_UNREACHABLE' });
    await one.clock.advance(5_000);
    one.cloud.unpacker(one.ids[0]!)?.crash();
    await one.clock.advance(1);
    await cut;
    await expect(run(client.status())).rejects.toMatchObject({ code: 'UNPACKER_UNREACHABLE' });
    await one.clock.advance(5_000);
    expect(await state()).toBe('NEEDS_SCAN');
    await expect(run(client.prepareForCapture('capture-1', lease))).rejects.toMatchObject({
      code: 'NOT_SEALABLE',
    });
    expect(await run(unpack())).toMatchObject({ generation: 2 });
    expect(await run(client.status())).toMatchObject({ devices: [{ id: volumeId, stream, present: true }] });
  });

  test('[MODEL-6] Does not come up again when its instance is stopped after a crash', async () => {
    const unpacker = one.cloud.unpacker(one.ids[0]!)!;
    unpacker.crash();
    unpacker.stop();
    await one.clock.advance(60_000);
    await expect(run(client.status())).rejects.toMatchObject({ code: 'UNPACKER_UNREACHABLE' });
    unpacker.start();
    expect(await state()).toBe('BLANK');
  });

  test('[MODEL-7] A broken connection ends calls, not their work', async () => {
    const broken = expect(unpack()).rejects.toMatchObject({ code: 'UNPACKER_UNREACHABLE' });
    await one.clock.advance(5_000);
    one.cloud.unpacker(one.ids[0]!)?.disconnect(2_000);
    await broken;
    await expect(run(client.status())).rejects.toMatchObject({ code: 'UNPACKER_UNREACHABLE' });
    await one.clock.advance(2_000);
    expect(await timed(unpack())).toBeLessThan(11_000);
    expect(await state()).toBe('UNPACKED');
  });

  test('[MODEL-8] Faults befall its calls as those of AWS', async () => {
    const { faults, calls } = one.cloud.model;
    faults.add({ action: 'unpacker:UnpackImage', kind: 'lost-answer', nth: 1 });
    await expect(run(unpack())).rejects.toMatchObject({
      code: 'UNPACKER_UNREACHABLE',
      call: 'unpacker:UnpackImage',
    });
    expect(await state()).toBe('UNPACKED');
    faults.add({ action: 'unpacker:GetStatus', kind: 'hang', nth: 1 });
    await expect(run(client.status())).rejects.toMatchObject({ code: 'TIMED_OUT' });
    faults.add({ action: 'unpacker:ConfirmCapture', kind: 'deny' });
    await expect(run(client.confirmCapture(1, lease))).rejects.toMatchObject({ code: 'ROLE_REFUSED' });
    expect(calls.list({ action: 'unpacker:UnpackImage' })).toMatchObject([{ fault: 'lost-answer' }]);
  });
});

describe('Unpackers of the model', () => {
  test('[MODEL-3] Share the image server of their region, whatever their account, and no other', async () => {
    const many = await world(2, 2);
    const leases = await many.clock.runUntil(Promise.all([0, 1, 2].map((index) => many.bindVolume(index))));
    const ended: number[] = [];
    const began = many.clock.now();
    const unpack = async (index: number) => {
      await many.clients[index]!.unpackImage('unpack-1', many.image, leases[index]!.lease);
      ended[index] = many.clock.now() - began;
    };
    await many.clock.runUntil(Promise.all([unpack(0), unpack(1), unpack(2)]));
    const alone = ((2 * gibibyte) / 125_000_000) * 1000;
    expect(ended[1]).toBeCloseTo(alone + 5, -1);
    expect(ended[0]).toBeCloseTo(2 * alone + 5, -1);
    expect(ended[2]).toBeCloseTo(2 * alone + 5, -1);
  });
});
