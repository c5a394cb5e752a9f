import { writeFileSync } from 'node:fs';
import { request as requestSecure } from 'node:https';
import { text } from 'node:stream/consumers';
import { createCertificateAuthority, type IssueOptions } from '@ami-publisher/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startUnpacker } from '../src/index.js';
import { TestImageServer } from './fixture/image-server.js';
import { makeFirstTree } from './fixture/trees.js';
import { follow, leaseOn, stream, streamStatus, TestHost, volumeId } from './fixture/unpacker.js';

/** Daemons on a busy machine take their time. */
const patiently = { timeout: 20_000 };

const holder = `"><script>alert('holder')</script>`;
let host: TestHost;
let images: TestImageServer;

beforeEach(async () => {
  host = new TestHost();
  images = new TestImageServer();
  await images.start();
});
afterEach(async () => {
  images.releaseObjects();
  await host.dispose();
  await images.stop();
});

/** An unpacker whose update stands still while objects are fetched. */
const updating = async () => {
  const image = await images.add(stream, '1', makeFirstTree(host.path('tree')));
  images.holdObjects();
  host.attach();
  const client = await host.start({ imageServer: images.address });
  const lease = await leaseOn(client, { holder });
  await client.addDevice({ deviceId: volumeId, lease });
  const { leaf, manifestDigest } = image;
  const ended = follow(client.unpackImage({ lease, operationId: 'u1', leaf, manifestDigest }));
  await expect.poll(async () => (await streamStatus(client))?.state, patiently).toBe('FETCHING');
  const page = async (path: string) => (await fetch(`http://${client.address}${path}`)).text();
  return { client, ended, page };
};

describe('the pages of an unpacker', () => {
  it('show what runs, who leases it, and what has come of it', async () => {
    const { ended, page } = await updating();
    expect(JSON.parse(await page('/status.json'))).toMatchObject({
      program: 'image-unpacker',
      driver: 'directory',
      streams: [
        {
          name: stream,
          state: 'FETCHING',
          lease: { holder },
          operation: { call: 'UnpackImage', phase: 'fetch' },
        },
      ],
      devices: [{ id: volumeId, stream, present: true }],
    });
    expect(await page('/')).toMatch(
      /<progress max="\d+" value="\d+" aria-label="UnpackImage on base\/debian: fetch">/,
    );
    images.releaseObjects();
    await ended;
    const after = JSON.parse(await page('/status.json'));
    expect(after.streams[0]).toMatchObject({ state: 'UNPACKED', leaf: '1' });
    expect(after.streams[0].operation).toBeUndefined();
    expect(after.operations).toMatchObject([{ call: 'UnpackImage', state: 'SUCCEEDED', stream }]);
  });

  it('[U65] escape what comes from outside', async () => {
    const { page } = await updating();
    const html = await page('/');
    expect(html).toContain('&quot;&gt;&lt;script&gt;alert(&#39;holder&#39;)');
    expect(html.match(/<script/g)).toHaveLength(1);
  });

  it('measure calls, operations, bytes, streams and devices', async () => {
    const { ended, page } = await updating();
    const during = await page('/metrics');
    expect(during).toContain('image_unpacker_operations_running{call="UnpackImage"} 1');
    expect(during).toContain('ami_publisher_rpcs_running{method="UnpackImage"} 1');
    expect(during).toContain('image_unpacker_streams{state="FETCHING"} 1');
    expect(during).toContain('image_unpacker_devices{state="bound"} 1');
    expect(during).toMatch(/ami_publisher_rpc_duration_seconds_count\{method="AddDevice",code="OK"\} 1/);
    images.releaseObjects();
    await ended;
    const after = await page('/metrics');
    expect(after).toContain('image_unpacker_operations_total{call="UnpackImage",state="SUCCEEDED"} 1');
    expect(after).toMatch(/image_unpacker_fetched_bytes_total [1-9]/);
    expect(after).not.toMatch(/certificate_expiry_timestamp_seconds \d/);
  });

  it('[U60] say that no new work is taken while the unpacker drains', async () => {
    const { client } = await updating();
    const ready = () => fetch(`http://${client.address}/readyz`);
    expect((await ready()).status).toBe(200);
    await client.drain({ durationMs: 60_000 });
    const answer = await ready();
    expect(answer.status).toBe(503);
    expect(await answer.text()).toContain('draining until 20');
    expect((await fetch(`http://${client.address}/healthz`)).status).toBe(200);
  });

  it.each(['POST', 'DELETE'])('refuse %s', async (method) => {
    const { client } = await updating();
    const answer = await fetch(`http://${client.address}/`, { method });
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
  });
});

describe('the pages of an unpacker with certificates', () => {
  it('[U64] are for readers and better; only its health is for everybody that its authority knows', async () => {
    const from = Date.now();
    const authority = await createCertificateAuthority({ commonName: 'test', from });
    const issue = async (options: Partial<IssueOptions>) => {
      const { cert, key } = await authority.issue({ commonName: 'x', from, ...options });
      return { cert, key, ca: authority.cert };
    };
    const server = await issue({ server: { service: 'unpacker', account: '*', region: '*' } });
    for (const [name, pem] of Object.entries(server)) writeFileSync(host.path(name), pem);
    const unpacker = await startUnpacker({
      ...{ port: 0, stateDirectory: host.stateDirectory, devicesDirectory: host.devicesDirectory },
      imageServer: images.address,
      tls: { caFile: host.path('ca'), certFile: host.path('cert'), keyFile: host.path('key') },
    });
    const statusOf = (path: string, tls: object) =>
      new Promise<number>((resolve, reject) => {
        const options = { ...tls, agent: false, checkServerIdentity: () => undefined };
        const request = requestSecure(`https://${unpacker.address}${path}`, options, async (response) => {
          await text(response);
          resolve(response.statusCode ?? 0);
        });
        request.once('error', reject).end();
      });
    const reader = await issue({ role: 'reader' });
    const nobody = await issue({ server: { service: 'imageserver', account: '*', region: '*' } });
    const paths = ['/', '/status.json', '/metrics', '/readyz', '/healthz'];
    const statuses = async (tls: object) => Promise.all(paths.map((path) => statusOf(path, tls)));
    expect(await statuses(reader)).toEqual([200, 200, 200, 200, 200]);
    expect(await statuses(nobody)).toEqual([403, 403, 403, 403, 200]);
    await unpacker.close();
  });
});
