import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { startConnectProxy } from '../../../test/support/connect-proxy.js';
import { configuredConnectors } from '../src/unpacker/connectors/configured.js';
import type { UnpackerConnector } from '../src/unpacker/connectors/connector.js';
import { mapConnector, privateConnector, publicConnector } from '../src/unpacker/connectors/direct.js';
import { UnpackerFleet } from '../src/unpacker/fleet.js';
import { type ConnectorWorld, createConnectorWorld } from './support/connector-world.js';

let world: ConnectorWorld;
beforeAll(async () => {
  world = await createConnectorWorld({ accounts: 2, unpackerPublicAddress: true });
});
afterEach(() => world.closeClients());
afterAll(() => world?.close());

/** A connector that counts what it is asked for. */
const counted = (connector: UnpackerConnector) => {
  const count = { opened: 0, closed: 0 };
  const counting: UnpackerConnector = {
    name: connector.name,
    open: async (request) => {
      count.opened += 1;
      const close = () => {
        count.closed += 1;
      };
      return { ...(await connector.open(request)), close };
    },
  };
  return { counting, count };
};

describe('a connector', () => {
  it('reaches the daemon at its private address', async () => {
    const client = await world.client(privateConnector);
    await expect(client.status()).resolves.toMatchObject({ streams: [] });
  });

  it('[W75] reaches the daemon at its public address, which is not the private one', async () => {
    const { PrivateIpAddress, PublicIpAddress } = await world.instance();
    expect(PublicIpAddress).toMatch(/^127\./);
    expect(PublicIpAddress).not.toBe(PrivateIpAddress);
    const request = {
      target: world.targets[0]!,
      instance: await world.instance(),
      signal: new AbortController().signal,
    };
    expect((await publicConnector.open(request)).address).toBe(`${PublicIpAddress}:6974`);
    const client = await world.client(publicConnector);
    await expect(client.status()).resolves.toMatchObject({ streams: [] });
  });

  it('reaches the daemon where a map says', async () => {
    const { InstanceId = '', PublicIpAddress } = await world.instance();
    const client = await world.client(mapConnector({ [InstanceId]: `${PublicIpAddress}:6974` }));
    await expect(client.status()).resolves.toMatchObject({ streams: [] });
  });

  it.each([
    [publicConnector, 'has no public address', 'launch it in a subnet that gives public addresses'],
    [privateConnector, 'has no private address', 'put it into a subnet'],
    [mapConnector({}), 'has no entry in the connector map', 'add it to the map'],
  ])('says which address is missing, and what to do about it: %o', async (connector, what, remedy) => {
    const client = await world.client(connector, { instance: { InstanceId: 'i-1' } });
    await expect(client.status()).rejects.toMatchObject({
      code: 'UNPACKER_ADDRESS_MISSING',
      resource: 'i-1',
      message: expect.stringMatching(new RegExp(`i-1 ${what}.*; ${remedy}`)),
    });
  });

  it('[W72] that leads to an unpacker of another target is found out by its certificate', async () => {
    const [here, there] = world.targets;
    const client = await world.client(publicConnector, {
      target: here!,
      instance: await world.instance(there),
    });
    await expect(client.status()).rejects.toMatchObject({
      code: 'CERTIFICATE_REFUSED',
      message: expect.stringContaining(
        `unpacker/${here!.accountId}/us-east-1, got one for ami-publisher://unpacker/${there!.accountId}/us-east-1`,
      ),
    });
  });

  it('names target, instance, connector and remedy where nothing answers', async () => {
    const client = await world.client(privateConnector, {
      instance: { InstanceId: 'i-1', PrivateIpAddress: '127.0.0.1' },
    });
    await expect(client.status()).rejects.toMatchObject({
      code: 'UNPACKER_UNREACHABLE',
      target: 'development,us-east-1',
      resource: 'i-1',
      message: expect.stringMatching(
        /^development,us-east-1: unpacker:GetStatus: no answer from 127\.0\.0\.1:6974: .*ECONNREFUSED.*\(i-1, connector private\); check that image-unpacker runs there.*security group/,
      ),
    });
  });

  it('opens nothing before the first call, one way for all calls, and closes it with the client', async () => {
    const { counting, count } = counted(privateConnector);
    const client = await world.client(counting);
    expect(count).toEqual({ opened: 0, closed: 0 });
    await Promise.all([client.status(), client.status()]);
    await client.status();
    expect(count).toEqual({ opened: 1, closed: 0 });
    client.close();
    await expect.poll(() => count).toEqual({ opened: 1, closed: 1 });
    await expect(client.status()).rejects.toMatchObject({ code: 'CANCELLED' });
  });

  it('is asked again at the next call when it failed, or when the way was lost', async () => {
    const ways: AbortController[] = [];
    const connector: UnpackerConnector = {
      name: 'fickle',
      open: async (request) => {
        ways.push(new AbortController());
        if (ways.length === 1) throw new Error('not yet');
        return { ...(await privateConnector.open(request)), lost: ways.at(-1)!.signal };
      },
    };
    const client = await world.client(connector);
    await expect(client.status()).rejects.toThrow('not yet');
    await client.status();
    await client.status();
    expect(ways).toHaveLength(2);
    ways[1]!.abort();
    await client.status();
    expect(ways).toHaveLength(3);
  });

  it('that never opens does not hold up a caller who gives up', async () => {
    const client = await world.client({ name: 'slow', open: () => new Promise(() => {}) });
    const controller = new AbortController();
    const call = client.status({ signal: controller.signal });
    controller.abort(new Error('enough'));
    await expect(call).rejects.toThrow('enough');
  });

  it('that only begins on this machine is refused plain text', async () => {
    const { PrivateIpAddress } = await world.instance();
    const connector: UnpackerConnector = {
      name: 'bastion',
      open: async () => ({ address: `${PrivateIpAddress}:6974`, isTunnel: true, remedy: '' }),
    };
    const client = await world.client(connector, { tls: null });
    await expect(client.status()).rejects.toMatchObject({
      code: 'CERTIFICATE_REFUSED',
      message: expect.stringContaining('refusing to talk plain text to i-'),
    });
  });
});

describe('a proxy in the environment', () => {
  it.each(['grpc_proxy', 'https_proxy', 'http_proxy'])(
    'named by %s gets none of our connections',
    async (name) => {
      const proxy = await startConnectProxy();
      vi.stubEnv(name, proxy.url);
      try {
        const client = await world.client(privateConnector);
        await client.status();
        expect(proxy.requests).toEqual([]);
      } finally {
        vi.stubEnv(name, undefined);
        await proxy.close();
      }
    },
  );
});

describe('a fleet', () => {
  it('does not wait for an address that no waiting brings', async () => {
    const fleet = new UnpackerFleet({
      cloud: world.cloud,
      tls: world.tls,
      connectorOf: () => mapConnector({}),
    });
    const begunAt = Date.now();
    await expect(fleet.connect(world.targets[0]!, '')).rejects.toMatchObject({
      code: 'UNPACKER_ADDRESS_MISSING',
      target: 'development,us-east-1',
    });
    expect(Date.now() - begunAt).toBeLessThan(20_000);
  });

  it('reaches each target by the connector of its configuration, and makes one for all that say the same', async () => {
    const [one, two] = world.targets;
    const settings = vi.spyOn(world.cloud, 'settings').mockImplementation(({ account }) => ({
      kmsKey: undefined,
      bestEffort: false,
      protocol: 'grpc',
      readBack: false,
      connector: account === one!.account ? 'public' : { map: {} },
    }));
    try {
      const connectorOf = configuredConnectors(world.cloud);
      expect(connectorOf(one!)).toBe(connectorOf({ ...one!, region: 'eu-west-1' }));
      const fleet = new UnpackerFleet({ cloud: world.cloud, tls: world.tls });
      expect(await fleet.list([one!, two!])).toMatchObject([
        { target: one, value: [{ status: { streams: [] } }] },
        {
          target: two,
          value: [{ error: { code: 'UNPACKER_ADDRESS_MISSING', target: `${two!.account},us-east-1` } }],
        },
      ]);
    } finally {
      settings.mockRestore();
    }
  });

  it('takes connectors of one’s own, and closes those that it used', async () => {
    const { counting, count } = counted(privateConnector);
    const close = vi.fn(async () => {});
    const connectorOf = () => Object.assign(counting, { close });
    const fleet = new UnpackerFleet({ cloud: world.cloud, tls: world.tls, connectorOf });
    await fleet.list([world.targets[0]!]);
    expect(count.opened).toBe(1);
    await fleet.close();
    expect(close).toHaveBeenCalledOnce();
  });
});
