import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type InstalledPlugin, installPlugin, isRunning } from '../../../test/support/plugin.js';
import { SsmConnector } from '../src/unpacker/connectors/ssm.js';
import { UnpackerFleet } from '../src/unpacker/fleet.js';
import { type ConnectorWorld, createConnectorWorld } from './support/connector-world.js';
import { fastClock } from './support/fast-clock.js';

let world: ConnectorWorld;
beforeAll(async () => {
  world = await createConnectorWorld({ accounts: 2 });
});
afterAll(() => world?.close());

const connectors: SsmConnector[] = [];
afterEach(async () => {
  world.closeClients();
  for (const connector of connectors.splice(0)) await connector.close();
});

let installed = 0;
const install = (failure?: string): InstalledPlugin => {
  installed += 1;
  return installPlugin(join(world.directory, `plugin-${installed}`), failure);
};

const connectorWith = (plugin: string): SsmConnector => {
  const connector = new SsmConnector({ cloud: world.cloud, plugin });
  connectors.push(connector);
  return connector;
};

const sessions = () => world.sandbox.model.sessions.list();
const callsOf = (action: string) => world.sandbox.model.calls.list().filter((call) => call.action === action);

describe('the ssm connector', () => {
  it('[W75] reaches the daemon through a session and the plugin, and ends both with the client', async () => {
    const plugin = install();
    const { InstanceId } = await world.instance();
    const connector = connectorWith(plugin.path);
    const client = await world.client(connector);
    expect(sessions()).toEqual([]);
    await expect(client.status()).resolves.toMatchObject({ streams: [] });
    expect(sessions()).toMatchObject([{ instanceId: InstanceId, port: 6974 }]);
    const [run] = plugin.runs();
    expect(run).toMatchObject({ region: 'us-east-1', target: InstanceId, profile: 'development' });
    expect(isRunning(run!.pid)).toBe(true);
    // In a process group of its own: Ctrl-C in a terminal does not reach it before the work is ended through it.
    expect(readFileSync(`/proc/${run!.pid}/stat`, 'utf8').split(' ')[4]).toBe(String(run!.pid));
    client.close();
    await connector.close();
    expect(sessions()).toEqual([]);
    expect(callsOf('TerminateSession')).toHaveLength(1);
    expect(isRunning(run!.pid)).toBe(false);
  });

  it('starts the plugin with the arguments of the AWS CLI, and keeps the token off its command line', async () => {
    const plugin = install();
    const client = await world.client(connectorWith(plugin.path));
    await client.status();
    const [{ token } = { token: '' }] = sessions();
    const [run] = plugin.runs();
    expect(run!.arguments).toEqual([
      'AWS_SSM_START_SESSION_RESPONSE',
      'us-east-1',
      'StartSession',
      'development',
      JSON.stringify({ Target: run!.target }),
      world.sandbox.endpoint,
    ]);
    const commandLine = readFileSync(`/proc/${run!.pid}/cmdline`, 'utf8');
    expect(token).not.toBe('');
    expect(commandLine).toContain('AWS_SSM_START_SESSION_RESPONSE');
    expect(commandLine).not.toContain(token);
  });

  it('gives the plugin no profile where a role gives the credentials', async () => {
    const role = world.sandbox.accounts[1]!;
    const cloud = await import('../src/cloud/aws-cloud.js').then(({ AwsCloud }) =>
      AwsCloud.fromConfig({ accounts: { other: { roleArn: role.roleArn, profile: 'development' } } }),
    );
    const { targets } = await cloud.resolveTargets('other,us-east-1');
    expect(await cloud.ssm(targets[0]!)).toMatchObject({ profile: undefined });
    cloud.close();
  });

  it('checks the certificate of the daemon through it', async () => {
    const [here, there] = world.targets;
    const connector = connectorWith(install().path);
    // A session to the other account's instance, by a connector that is mistaken about where it leads.
    const client = await world.client(
      {
        name: 'mistaken',
        open: async (request) =>
          connector.open({ ...request, target: there!, instance: await world.instance(there) }),
      },
      { target: here! },
    );
    await expect(client.status()).rejects.toMatchObject({
      code: 'CERTIFICATE_REFUSED',
      message: expect.stringMatching(/got one for ami-publisher:\/\/unpacker\/222222222222/),
    });
  });

  it('shares one session among the clients of an instance, until the last is closed', async () => {
    const plugin = install();
    const connector = connectorWith(plugin.path);
    const [one, two] = [await world.client(connector), await world.client(connector)];
    await Promise.all([one.status(), two.status()]);
    expect(sessions()).toHaveLength(1);
    expect(plugin.runs()).toHaveLength(1);
    one.close();
    await expect(two.status()).resolves.toBeDefined();
    expect(sessions()).toHaveLength(1);
    two.close();
    await expect.poll(sessions).toEqual([]);
    const three = await world.client(connector);
    await three.status();
    expect(plugin.runs()).toHaveLength(2);
  });

  it('has a session for each instance', async () => {
    const connector = connectorWith(install().path);
    const clients = await Promise.all(world.targets.map((target) => world.client(connector, { target })));
    await Promise.all(clients.map((client) => client.status()));
    expect(
      sessions()
        .map(({ accountId }) => accountId)
        .sort(),
    ).toEqual(['111111111111', '222222222222']);
  });

  it('ends what is open when its fleet is closed', async () => {
    const plugin = install();
    const connector = connectorWith(plugin.path);
    const fleet = new UnpackerFleet({ cloud: world.cloud, tls: world.tls, connectorOf: () => connector });
    const { client } = await fleet.connect(world.targets[0]!, '');
    expect(sessions()).toHaveLength(1);
    await fleet.close();
    expect(sessions()).toEqual([]);
    expect(isRunning(plugin.runs()[0]!.pid)).toBe(false);
    client.close();
  });

  it('ends the session of a caller who gives up while it is opened', async () => {
    const controller = new AbortController();
    const held = world.sandbox.model.faults.hold('StartSession', 'after');
    const connector = connectorWith(install().path);
    const client = await world.client(connector);
    const call = client.status({ signal: controller.signal });
    call.catch(() => {});
    const started = await held;
    controller.abort(new Error('enough'));
    await expect(call).rejects.toThrow('enough');
    client.close();
    started.release();
    await connector.close();
    expect(sessions()).toEqual([]);
  });
});

describe('a session that breaks', () => {
  it('because it was ended from the other side is an error with the plugin’s last words; the next call opens another', async () => {
    const plugin = install();
    const client = await world.client(connectorWith(plugin.path));
    const lease = await world.leaseWithVolume(client, 'base/ssm');
    const image = { leaf: '1', manifestDigest: await world.manifestDigest() };
    let isUnderWay = false;
    const call = client.unpackImage('op-1', image, lease, {
      onProgress: () => {
        isUnderWay = true;
      },
    });
    const cutOff = call.catch((reason: unknown) => reason);
    await expect.poll(() => isUnderWay).toBe(true);
    const [{ id, instanceId } = { id: '', instanceId: '' }] = sessions();
    world.sandbox.model.sessions.end(id);
    expect(await cutOff).toMatchObject({
      code: 'UNPACKER_UNREACHABLE',
      retryable: true,
      target: 'development,us-east-1',
      resource: instanceId,
      message: expect.stringMatching(
        new RegExp(
          `unpacker:UnpackImage: the Session Manager session to ${instanceId} has ended \\(session-manager-plugin: SessionId: .*Your session has been terminated\\.\\); check .*session limit.*joins it`,
        ),
      ),
    });
    const joined = client.unpackImage('op-1', image, lease);
    await world.addImage('base/ssm', '1');
    await expect(joined).resolves.toMatchObject({ filesWritten: 1 });
    expect(plugin.runs()).toHaveLength(2);
  });

  it('because its plugin was killed is an error that says so', async () => {
    const plugin = install();
    const client = await world.client(connectorWith(plugin.path));
    await client.status();
    process.kill(plugin.runs()[0]!.pid, 'SIGKILL');
    await expect.poll(() => isRunning(plugin.runs()[0]!.pid)).toBe(false);
    await expect(client.status()).resolves.toBeDefined();
    expect(plugin.runs()).toHaveLength(2);
  });
});

describe('a session that does not open', () => {
  it('because the instance is not connected may open later', async () => {
    const { PrivateIpAddress } = await world.instance();
    const client = await world.client(connectorWith(install().path), {
      instance: { InstanceId: 'i-00000000000000000', PrivateIpAddress },
    });
    await expect(client.status()).rejects.toMatchObject({
      code: 'UNPACKER_UNREACHABLE',
      call: 'ssm:StartSession',
      target: 'development,us-east-1',
      resource: 'i-00000000000000000',
      message: expect.stringMatching(
        /i-0{17} is not connected.*check that the instance runs the SSM agent.*AmazonSSMManagedInstanceCore/,
      ),
    });
  });

  it('because IAM does not allow it says which action', async () => {
    const rule = world.sandbox.model.faults.add({ action: 'StartSession', kind: 'deny' });
    const client = await world.client(connectorWith(install().path));
    await expect(client.status()).rejects.toMatchObject({
      code: 'ACCESS_DENIED',
      message: expect.stringMatching(
        /not authorized to perform: ssm:StartSession.*compare your IAM policies with docs\/iam\.md/,
      ),
    });
    world.sandbox.model.faults.remove(rule);
  });

  it('because the plugin fails is an error with what it said, and no session is left', async () => {
    const client = await world.client(
      connectorWith(install('dial tcp: lookup ssmmessages: no such host').path),
    );
    await expect(client.status()).rejects.toMatchObject({
      code: 'UNPACKER_UNREACHABLE',
      message: expect.stringMatching(
        /session-manager-plugin ended before it opened a port for i-\w+: Cannot perform start session: dial tcp: lookup ssmmessages: no such host; check that this machine can reach/,
      ),
    });
    await expect.poll(sessions).toEqual([]);
  });

  it('because the plugin is silent is given up; a plugin that does not stop is killed', async () => {
    const path = join(world.directory, 'silent-plugin');
    const pidFile = join(world.directory, 'silent-plugin.pid');
    const program = `process.on('SIGTERM', () => {}); fs.writeFileSync('${pidFile}', String(process.pid)); setInterval(() => {}, 1000)`;
    writeFileSync(
      path,
      `#!/bin/sh\n[ "$1" = --version ] && exec echo 1.2.707.0\nexec '${process.execPath}' -e "${program}"\n`,
      { mode: 0o755 },
    );
    const { cloud } = world;
    // 30 s are 600 ms, and 5 s are 100 ms.
    const connector = new SsmConnector({
      cloud: { ssm: (target) => cloud.ssm(target), clock: fastClock(50), logger: cloud.logger },
      plugin: path,
    });
    const client = await world.client(connector);
    await expect(client.status()).rejects.toMatchObject({
      code: 'UNPACKER_UNREACHABLE',
      message: expect.stringMatching(
        /session-manager-plugin opened no port within 30 s for i-\w+: it said nothing/,
      ),
    });
    expect(sessions()).toEqual([]);
    const pid = Number(readFileSync(pidFile, 'utf8'));
    await expect.poll(() => isRunning(pid)).toBe(false);
  });

  it('because there is no plugin names the program to install, and starts no session', async () => {
    const before = callsOf('StartSession').length;
    const client = await world.client(connectorWith('/nowhere/session-manager-plugin'));
    await expect(client.status()).rejects.toMatchObject({
      code: 'TOOL_MISSING',
      message: expect.stringMatching(
        /\/nowhere\/session-manager-plugin cannot be run; install session-manager-plugin/,
      ),
    });
    expect(callsOf('StartSession')).toHaveLength(before);
  });

  it.each([
    [
      '1.2.497.0',
      /is of version 1\.2\.497\.0, which can only be given secrets where others see them; install session-manager-plugin, newer than 1\.2\.497\.0/,
    ],
    ['nonsense', /has no version that can be read \(nonsense\)/],
  ])('because the plugin says it is of version %s', async (version, message) => {
    const path = join(world.directory, `plugin-of-version-${version}`);
    writeFileSync(path, `#!/bin/sh\necho ${version}\n`, { mode: 0o755 });
    const client = await world.client(connectorWith(path));
    await expect(client.status()).rejects.toMatchObject({
      code: 'TOOL_MISSING',
      message: expect.stringMatching(message),
    });
  });

  it('because the unpacker does not run is an error with what the agent said', async () => {
    const { InstanceId = '' } = await world.instance(world.targets[1]);
    world.sandbox.crashInstance(InstanceId);
    const client = await world.client(connectorWith(install().path), { target: world.targets[1]! });
    await expect(client.status()).rejects.toMatchObject({
      code: 'UNPACKER_UNREACHABLE',
      message: expect.stringMatching(
        /the SSM agent of i-\w+ cannot connect to port 6974 there .*check SSM Agent logs.*--listen 0\.0\.0\.0:6974/,
      ),
    });
  });
});
