import { connect } from 'node:net';
import { createImageServerClient, createUnpackerClient, readClientTls } from '@ami-publisher/protocol';
import { type SandboxCloud, startSandboxCloud } from '@ami-publisher/sandbox';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { destroyClients, ec2Client } from './support/aws.js';
import { attach, availableVolume } from './support/resources.js';

const isRefused = (address: string): Promise<boolean> =>
  new Promise((resolve) => {
    const [host, port] = address.split(':');
    const socket = connect(Number(port), host!);
    socket.on('connect', () => {
      socket.destroy();
      resolve(false);
    });
    socket.on('error', () => resolve(true));
  });

describe('A sandbox cloud', () => {
  destroyClients();
  let cloud: SandboxCloud;
  beforeAll(async () => {
    cloud = await startSandboxCloud({ accounts: 2, regions: 1 });
  });
  afterAll(() => cloud.close());

  const publisher = () =>
    readClientTls({
      directory: cloud.environment.AMI_PUBLISHER_CERTIFICATES!,
      roles: ['publisher'],
      now: Date.now(),
    });

  const unpackerOf = async (account: string, region: string) => {
    const { instances } = await cloud.model.inventory(account, region);
    return `${instances[0]!.PrivateIpAddress}:6974`;
  };

  test('Has an image server that answers who shows a certificate', async () => {
    const address = cloud.environment.AMI_PUBLISHER_IMAGE_SERVER!;
    const client = createImageServerClient({ address, tls: publisher() });
    expect(await client.listStreams({})).toMatchObject({ streams: [] });
    client.close();
  });

  test('Has an unpacker in every account and region, to which an attached volume is a device of its size', async () => {
    const target = { account: '222222222222', region: 'us-east-1' };
    const ec2 = ec2Client(cloud, { keys: cloud.accounts[1]! });
    const volumeId = await availableVolume(ec2, 'us-east-1a', { Size: 3 });
    await attach(ec2, volumeId, cloud.unpackers[1]!);

    const address = await unpackerOf(target.account, target.region);
    const client = createUnpackerClient({ address, tls: publisher(), expect: target });
    await client.createStream({ stream: 'base/debian' });
    const lease = await client.acquireLease({ stream: 'base/debian', publication: 'p', holder: 'test' });
    const device = await client.addDevice({ deviceId: volumeId, lease });
    expect(device).toMatchObject({
      id: volumeId,
      path: cloud.model.volumePath(volumeId),
      sizeBytes: String(3 * 2 ** 30),
      stream: 'base/debian',
      present: true,
    });
    client.close();
  });

  test('Leaves nothing that listens behind', async () => {
    const own = await startSandboxCloud({
      accounts: 1,
      regions: 1,
      imageServer: cloud.imageServer,
      tls: false,
    });
    const { instances } = await own.model.inventory('111111111111', 'us-east-1');
    const address = `${instances[0]!.PrivateIpAddress}:6974`;
    expect(await isRefused(address)).toBe(false);
    await own.close();
    expect(await isRefused(address)).toBe(true);
  });

  test('Gives up when a daemon does not start, and names its log', async () => {
    const failing = startSandboxCloud({ accounts: 1, regions: 1, imageServer: 'nonsense' });
    await expect(failing).rejects.toMatchObject({
      code: 'DAEMON_FAILED',
      resource: expect.stringMatching(/unpacker\.log$/),
    });
  });
});
