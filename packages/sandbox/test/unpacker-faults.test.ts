import { createUnpackerClient, readClientTls, type UnpackerRpcClient } from '@ami-publisher/protocol';
import { type SandboxCloud, startSandboxCloud } from '@ami-publisher/sandbox';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { destroyClients, ec2Client } from './support/aws.js';
import { attach, availableVolume } from './support/resources.js';

describe('Calls of real unpackers, with unpackerFaults', () => {
  destroyClients();
  let cloud: SandboxCloud;
  let unpacker: UnpackerRpcClient;

  beforeAll(async () => {
    cloud = await startSandboxCloud({ unpackerFaults: true });
    const { instances } = await cloud.model.inventory('111111111111', 'us-east-1');
    unpacker = createUnpackerClient({
      address: `${instances[0]?.PrivateIpAddress}:6974`,
      tls: readClientTls({
        directory: cloud.certificatesDirectory ?? '',
        roles: ['publisher'],
        now: Date.now(),
      }),
      expect: { account: '111111111111', region: 'us-east-1' },
    });
  });
  afterAll(async () => {
    unpacker.close();
    await cloud.close();
  });

  const streams = async () => (await unpacker.getStatus({})).streams.map(({ name }) => name);

  test('[FAULT-10] Are written down, and refused by the daemon as ever', async () => {
    cloud.model.calls.clear();
    await expect(unpacker.drain({ durationMs: 1 })).rejects.toMatchObject({ code: 'ROLE_REFUSED' });
    await unpacker.createStream({ stream: 'plain' });
    expect(cloud.model.calls.counts()).toEqual({ 'unpacker:CreateStream': 1 });
  });

  test('[FAULT-10] Reach the daemon or not as the fault says', async () => {
    cloud.model.faults.add({ action: 'unpacker:CreateStream', nth: 1, kind: 'reset' });
    await expect(unpacker.createStream({ stream: 'reset' })).rejects.toMatchObject({
      code: 'UNPACKER_UNREACHABLE',
    });
    expect(await streams()).not.toContain('reset');

    cloud.model.faults.add({ action: 'unpacker:CreateStream', nth: 1, kind: 'lost-answer' });
    await expect(unpacker.createStream({ stream: 'lost' })).rejects.toMatchObject({
      code: 'UNPACKER_UNREACHABLE',
    });
    expect(await streams()).toContain('lost');
  });

  test('[FAULT-10] Can be held when all is done, long calls as well', async () => {
    await unpacker.createStream({ stream: 'held' });
    const lease = await unpacker.acquireLease({ stream: 'held', publication: 'p', holder: 'test' });
    const ec2 = ec2Client(cloud, {});
    const volumeId = await availableVolume(ec2, 'us-east-1a', { Size: 1 });
    await attach(ec2, volumeId, cloud.unpackers[0] ?? '');
    await unpacker.addDevice({ deviceId: volumeId, lease });
    const arriving = cloud.model.faults.hold('unpacker:PrepareForUnpack', 'after');
    let ended = false;
    const call = (async () => {
      for await (const _message of unpacker.prepareForUnpack({ operationId: 'p/scan', lease }));
    })().finally(() => {
      ended = true;
    });
    const held = await arriving;
    expect((await unpacker.getOperation({ operationId: 'p/scan' })).state).not.toBe('RUNNING');
    expect(ended).toBe(false);
    held.release();
    await call;
  });
});
