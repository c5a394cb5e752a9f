import { createUnpackerClient } from '@ami-publisher/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Daemon } from './fixture/daemon.js';
import { TestImageServer } from './fixture/image-server.js';
import { makeFirstTree } from './fixture/trees.js';
import { follow, leaseOn, stream, streamStatus, TestHost, volumeId } from './fixture/unpacker.js';

/** Daemons on a busy machine take their time. */
const patiently = { timeout: 20_000 };

let host: TestHost;
let images: TestImageServer;
let daemon: Daemon;

beforeEach(async () => {
  host = new TestHost();
  images = new TestImageServer();
  await images.start();
});
afterEach(async () => {
  images.releaseObjects();
  await daemon.kill();
  await host.dispose();
  await images.stop();
});

/** The daemon in the middle of an update that stands still until objects are released. */
const updating = async (stopGraceMs: number) => {
  const { leaf, manifestDigest } = await images.add(stream, '1', makeFirstTree(host.path('tree')));
  images.holdObjects();
  host.attach();
  daemon = new Daemon(
    ...['--insecure', '--listen', '127.0.0.1:0', '--image-server', images.address],
    ...['--state-dir', host.stateDirectory, '--devices-dir', host.devicesDirectory],
    ...['--stop-grace', `${stopGraceMs}`],
  );
  const client = createUnpackerClient({ address: await daemon.listening() });
  const lease = await leaseOn(client);
  await client.addDevice({ deviceId: volumeId, lease });
  const ended = follow(client.unpackImage({ lease, operationId: 'u1', leaf, manifestDigest }));
  await expect.poll(async () => (await streamStatus(client))?.state, patiently).toBe('FETCHING');
  return { client, ended };
};

const stopping = (address: string) =>
  expect.poll(async () => (await fetch(`http://${address}/readyz`)).text(), patiently).toContain('stopping');

describe('a daemon that is told to end in the middle of an update', () => {
  it('takes no new work and lets the update end', async () => {
    const { client, ended } = await updating(60_000);
    daemon.process.kill('SIGTERM');
    await stopping(client.address);
    const other = client
      .createStream({ stream: 'other' })
      .then(() => client.acquireLease({ stream: 'other', publication: 'p', holder: 'h' }));
    await expect(other).rejects.toMatchObject({
      code: 'DRAINING',
      message: expect.stringMatching(/stopping/),
    });
    images.releaseObjects();
    expect((await ended).last).toMatchObject({ state: 'SUCCEEDED' });
    expect((await daemon.end()).code).toBe(0);
    client.close();
  });

  it('stops the update when the time is up', async () => {
    const { client, ended } = await updating(300);
    daemon.process.kill('SIGTERM');
    expect((await ended).error).toMatchObject({ code: 'UNPACKER_FAILED', retryable: true });
    expect((await daemon.end()).code).toBe(0);
    client.close();
  });

  it('ends at once at a second signal, but not at one that comes with the first', async () => {
    const { client, ended } = await updating(60_000);
    daemon.process.kill('SIGINT');
    daemon.process.kill('SIGTERM');
    await stopping(client.address);
    await new Promise((resolve) => setTimeout(resolve, 1_200));
    expect(daemon.process.exitCode).toBeNull();
    daemon.process.kill('SIGTERM');
    await daemon.end();
    expect(daemon.process.signalCode).toBe('SIGTERM');
    expect((await ended).error).toMatchObject({ code: 'UNPACKER_UNREACHABLE' });
    client.close();
  });
});
