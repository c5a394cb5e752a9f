import type { FaultKind } from '@ami-publisher/sandbox';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Front, failureOf, fronts } from './support/fronts.js';

const volumeRequest = { AvailabilityZone: 'us-east-1a', Size: 1, VolumeType: 'gp3' as const };

describe.each(fronts)('Faults of the %s', (_name, open) => {
  let front: Front;

  beforeEach(async () => {
    front = await open();
  });
  afterEach(() => front.close());

  const availableVolume = async (): Promise<string> => {
    const { VolumeId = '' } = await front.run(front.ec2.createVolume(volumeRequest));
    const wait = {
      until: ({ State }: { State?: string | undefined }) => State === 'available',
      wanted: 'available',
      timeoutMs: 9_000,
    };
    await front.run(front.poller.wait('volume', VolumeId, wait));
    return VolumeId;
  };

  const snapshotCount = async (): Promise<number> => {
    const { snapshots } = await front.model.inventory('111111111111', 'us-east-1');
    return snapshots.length;
  };

  const snapshotFailure = async (VolumeId: string) =>
    front.run(failureOf(front.ec2.createSnapshot({ VolumeId })));

  test.each<[FaultKind, object, string, string]>([
    ['throttle', {}, 'AWS_THROTTLED', 'Request limit exceeded. (RequestLimitExceeded)'],
    ['server-error', {}, 'AWS_UNAVAILABLE', 'An internal error has occurred (InternalError)'],
    [
      'server-error',
      { status: 503 },
      'AWS_UNAVAILABLE',
      "The server is overloaded and can't handle the request. (Unavailable)",
    ],
    ['reset', {}, 'AWS_UNAVAILABLE', 'socket hang up (TimeoutError)'],
  ])(
    '[FAULT-1] [FAULT-2] After %s %j the call has failed as %s and nothing is done',
    async (kind, more, code, text) => {
      const volumeId = await availableVolume();
      front.model.faults.add({ action: 'CreateSnapshot', nth: 1, kind, ...more } as never);
      expect(await snapshotFailure(volumeId)).toEqual({
        code,
        message: expect.stringContaining(`ec2:CreateSnapshot on ${volumeId}: ${text}`) as string,
        target: 'development,us-east-1',
        resource: volumeId,
        call: 'ec2:CreateSnapshot',
        retryable: true,
      });
      expect(await snapshotCount()).toBe(0);
      await front.run(front.ec2.createSnapshot({ VolumeId: volumeId }));
      expect(await snapshotCount()).toBe(1);
    },
  );

  test('[FAULT-1] A denied call is refused by name', async () => {
    const volumeId = await availableVolume();
    front.model.faults.add({ action: 'CreateSnapshot', kind: 'deny' });
    const failure = await snapshotFailure(volumeId);
    expect(failure.code).toBe('ACCESS_DENIED');
    expect(failure.message).toContain('not authorized to perform: ec2:CreateSnapshot');
  });

  test('[FAULT-3] A lost answer leaves the effect', async () => {
    const volumeId = await availableVolume();
    front.model.faults.add({ action: 'CreateSnapshot', kind: 'lost-answer', nth: 1 });
    expect(await snapshotFailure(volumeId)).toMatchObject({
      code: 'AWS_UNAVAILABLE',
      message: expect.stringContaining('socket hang up') as string,
    });
    expect(await snapshotCount()).toBe(1);
  });

  test('[FAULT-4] A delayed effect lands after its caller has given up', async () => {
    const volumeId = await availableVolume();
    front.model.faults.add({ action: 'CreateSnapshot', kind: 'delayed-effect', nth: 1, delayMs: 300 });
    expect(await snapshotFailure(volumeId)).toMatchObject({ code: 'AWS_UNAVAILABLE' });
    expect(await snapshotCount()).toBe(0);
    await front.sleep(600);
    expect(await snapshotCount()).toBe(1);
  });

  test('[FAULT-5] A fresh id is not found for a while by those who name it', async () => {
    front.model.faults.add({ action: 'CreateVolume', kind: 'not-found-window', windowMs: 400 });
    const { VolumeId = '' } = await front.run(front.ec2.createVolume(volumeRequest));
    // A second later the publisher asks again, since the volume is so new.
    const { Volumes } = await front.run(front.ec2.describeVolumes({ VolumeIds: [VolumeId] }));
    expect(Volumes).toHaveLength(1);
    const calls = front.model.calls.list({ action: 'DescribeVolumes' });
    expect(calls).toMatchObject([{ error: 'InvalidVolume.NotFound' }, {}]);
    expect(calls[1]).not.toHaveProperty('error');
  });

  test('[FAULT-6] A call that hangs ends when its caller gives up, and is never done', async () => {
    const volumeId = await availableVolume();
    front.model.faults.add({ action: 'CreateSnapshot', kind: 'hang', nth: 1 });
    const caller = new AbortController();
    const answer = front.ec2.createSnapshot({ VolumeId: volumeId }, { signal: caller.signal });
    const failure = expect(answer).rejects.toThrow('enough');
    await front.sleep(200);
    expect(front.model.calls.list({ action: 'CreateSnapshot' })).toMatchObject([{ fault: 'hang' }]);
    expect(front.model.calls.list({ action: 'CreateSnapshot' })[0]).not.toHaveProperty('error');
    caller.abort(new Error('enough'));
    await failure;
    await front.sleep(50);
    expect(front.model.calls.list({ action: 'CreateSnapshot' })).toMatchObject([
      { error: 'ConnectionClosed' },
    ]);
    expect(await snapshotCount()).toBe(0);
  });

  test('[FAULT-8] A call that is held before it is done goes on when it is released, caller or no caller', async () => {
    const volumeId = await availableVolume();
    const caller = new AbortController();
    const arriving = front.model.faults.hold('CreateSnapshot', 'before');
    const answer = failureOf(front.ec2.createSnapshot({ VolumeId: volumeId }, { signal: caller.signal }));
    const held = await front.run(arriving);
    expect(held).toMatchObject({ account: '111111111111', region: 'us-east-1', action: 'CreateSnapshot' });
    caller.abort(new Error('killed'));
    await answer;
    expect(await snapshotCount()).toBe(0);
    held.release();
    await front.sleep(300);
    expect(await snapshotCount()).toBe(1);
  });

  test('[FAULT-8] A call that is held before it is done and dropped is never done', async () => {
    const volumeId = await availableVolume();
    const arriving = front.model.faults.hold('CreateSnapshot', 'before');
    const answer = failureOf(front.ec2.createSnapshot({ VolumeId: volumeId }));
    (await front.run(arriving)).drop();
    expect(await front.run(answer)).toMatchObject({ code: 'AWS_UNAVAILABLE' });
    expect(await snapshotCount()).toBe(0);
  });

  test('[FAULT-8] A call that is held after it is done has its effect, and its answer when it is released', async () => {
    const volumeId = await availableVolume();
    const arriving = front.model.faults.hold('CreateSnapshot', 'after', { region: 'us-east-1' });
    const answer = front.ec2.createSnapshot({ VolumeId: volumeId });
    const held = await front.run(arriving);
    expect(await snapshotCount()).toBe(1);
    held.release();
    expect(await front.run(answer)).toMatchObject({ VolumeId: volumeId });
  });

  test('[FAULT-9] Calls are written down and counted, those that a client repeats each', async () => {
    front.model.calls.clear();
    front.model.faults.add({ action: 'DescribeVolumes', count: 2, kind: 'server-error' });
    await front.run(front.ec2.describeVolumes({}));
    await front.run(failureOf(front.ec2.deleteVolume({ VolumeId: 'vol-00000000000000000' })));
    expect(front.model.calls.counts()).toEqual({ DeleteVolume: 1, DescribeVolumes: 3 });
    expect(front.model.calls.list({ error: 'InternalError' })).toHaveLength(2);
    expect(front.model.calls.list({ action: 'DeleteVolume' })).toMatchObject([
      { account: '111111111111', region: 'us-east-1', error: 'InvalidVolume.NotFound' },
    ]);
  });
});
