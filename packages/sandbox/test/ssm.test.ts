import { request } from 'node:http';
import type { Duplex } from 'node:stream';
import { type Sandbox, startSandbox } from '@ami-publisher/sandbox';
import { StopInstancesCommand } from '@aws-sdk/client-ec2';
import { SSMClient, StartSessionCommand, TerminateSessionCommand } from '@aws-sdk/client-ssm';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { destroyClients, ec2Client, expectCode, type Keys } from './support/aws.js';
import { echoProgram } from './support/programs.js';
import { instanceIn } from './support/resources.js';

const place = { account: '111111111111', region: 'us-east-1' };
const portForwarding = {
  DocumentName: 'AWS-StartPortForwardingSession',
  Parameters: { portNumber: ['6974'], localPortNumber: ['0'] },
};
const sessionPolicy = (resources: readonly string[]) => ({
  Version: '2012-10-17' as const,
  Statement: [
    { Effect: 'Allow' as const, Action: ['ssm:StartSession'], Resource: [...resources] as [string] },
  ],
});

describe('Systems Manager', () => {
  destroyClients();
  const { program } = echoProgram();
  let sandbox: Sandbox;
  let instanceId: string;
  const clients: SSMClient[] = [];

  beforeAll(async () => {
    sandbox = await startSandbox({ accounts: 2, program });
    instanceId = await sandbox.addInstance({ ...place, name: 'ImageUnpacker' });
  });
  afterEach(() => {
    for (const client of clients.splice(0)) client.destroy();
    sandbox.model.faults.clear();
  });
  afterAll(() => sandbox.close());

  const ssm = ({ of = sandbox, keys }: { of?: Sandbox; keys?: Keys } = {}): SSMClient => {
    const { accessKeyId, secretAccessKey, sessionToken }: Keys = keys ?? of.accounts[0]!;
    const client = new SSMClient({
      endpoint: of.endpoint,
      region: 'us-east-1',
      credentials: { accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) },
      maxAttempts: 1,
    });
    clients.push(client);
    return client;
  };
  const start = (Target: string, client = ssm(), options: object = {}) =>
    client.send(new StartSessionCommand({ Target, ...portForwarding, ...options }));

  /** The status of an upgrade, and the connection if there is one. */
  const open = (url: string, token: string): Promise<{ status: number; socket?: Duplex }> =>
    new Promise((resolve, reject) => {
      const headers = { connection: 'Upgrade', upgrade: 'ami-publisher-sandbox', 'x-session-token': token };
      request(url.replace(/^ws:/, 'http:'), { headers, agent: false })
        .once('upgrade', ({ statusCode = 0 }, socket, head) => {
          if (head.length > 0) socket.unshift(head);
          resolve({ status: statusCode, socket });
        })
        .once('response', ({ statusCode = 0 }) => resolve({ status: statusCode }))
        .once('error', reject)
        .end();
    });
  const channelOf = (session: { StreamUrl?: string | undefined }, kind = '') =>
    `${session.StreamUrl?.split('?')[0]}${kind}`;
  const read = async (socket: Duplex): Promise<string> => {
    let text = '';
    for await (const chunk of socket) text += String(chunk);
    return text;
  };

  test('[SSM-1] A session leads to the port on the instance', async () => {
    const session = await start(instanceId);
    expect(session.SessionId).toMatch(/^administrator-[0-9a-f]{17}$/);
    const { status, socket } = await open(channelOf(session, '/connection'), session.TokenValue!);
    expect(status).toBe(101);
    expect(await read(socket!)).toBe(instanceId);
    expect(sandbox.model.sessions.list()).toMatchObject([{ instanceId, port: 6974 }]);
    await ssm().send(new TerminateSessionCommand({ SessionId: session.SessionId }));
  });

  test('[SSM-2] The data channel takes the session’s own token only, and nothing listens is 502', async () => {
    const [one, two] = [
      await start(instanceId),
      await start(instanceId, ssm(), { Parameters: { portNumber: ['1'] } }),
    ];
    expect(await open(channelOf(one), two.TokenValue!)).toEqual({ status: 403 });
    expect(await open(channelOf(one).replace(/[0-9a-f]{17}$/, '0'), one.TokenValue!)).toEqual({
      status: 403,
    });
    expect(await open(channelOf(two, '/connection'), two.TokenValue!)).toEqual({ status: 502 });
  });

  test('[SSM-3] The end of a session closes its connections; it can be ended again', async () => {
    const session = await start(instanceId);
    const { socket } = await open(channelOf(session), session.TokenValue!);
    const closed = new Promise((resolve) => socket!.resume().once('close', resolve));
    const end = () => ssm().send(new TerminateSessionCommand({ SessionId: session.SessionId }));
    expect(await end()).toMatchObject({ SessionId: session.SessionId });
    await closed;
    expect(sandbox.model.sessions.find(session.SessionId!)).toBeUndefined();
    await expect(end()).resolves.toBeDefined();
    expect(await open(channelOf(session), session.TokenValue!)).toEqual({ status: 403 });
  });

  test('[SSM-3] Nobody ends the session of another account', async () => {
    const session = await start(instanceId);
    await ssm({ keys: sandbox.accounts[1]! }).send(
      new TerminateSessionCommand({ SessionId: session.SessionId }),
    );
    expect(sandbox.model.sessions.find(session.SessionId!)).toBeDefined();
  });

  test('[SSM-4] An instance that is unknown, stopped or without an agent is TargetNotConnected', async () => {
    const silent = await sandbox.addInstance({ ...place, name: 'silent', ssmAgent: false });
    const stopped = await sandbox.addInstance({ ...place, name: 'stopped' });
    const ec2 = ec2Client(sandbox);
    await ec2.send(new StopInstancesCommand({ InstanceIds: [stopped] }));
    await instanceIn(ec2, stopped, 'stopped');
    for (const id of ['i-00000000000000000', silent, stopped]) {
      await expect(start(id)).rejects.toMatchObject({
        name: 'TargetNotConnected',
        message: `${id} is not connected.`,
      });
    }
    await expectCode(start(instanceId, ssm({ keys: sandbox.accounts[1]! })), 'TargetNotConnected');
  });

  test('[SSM-4] Another document is InvalidDocument, a missing port InvalidParameters', async () => {
    await expectCode(start(instanceId, ssm(), { DocumentName: 'AWS-StartSSHSession' }), 'InvalidDocument');
    await expectCode(start(instanceId, ssm(), { Parameters: {} }), 'InvalidParameters');
  });

  test('[SSM-5] Signatures are verified, and broken credentials refused in the service’s words', async () => {
    const { accessKeyId, secretAccessKey } = sandbox.accounts[0]!;
    const wrong = ssm({ keys: { accessKeyId, secretAccessKey: `${secretAccessKey}x` } });
    await expectCode(start(instanceId, wrong), 'InvalidSignatureException');
    const unknown = ssm({ keys: { accessKeyId: 'AKIAUNKNOWN', secretAccessKey } });
    await expectCode(start(instanceId, unknown), 'UnrecognizedClientException');
    sandbox.model.setCredentialState('222222222222', 'expired');
    await expectCode(start(instanceId, ssm({ keys: sandbox.accounts[1]! })), 'ExpiredTokenException');
    sandbox.model.setCredentialState('222222222222', 'valid');
    const unsigned = await fetch(sandbox.endpoint, {
      method: 'POST',
      headers: { 'x-amz-target': 'AmazonSSM.StartSession', 'content-type': 'application/x-amz-json-1.1' },
      body: '{}',
    });
    expect([unsigned.status, await unsigned.json()]).toMatchObject([
      400,
      { __type: 'MissingAuthenticationToken' },
    ]);
  });

  test('[SSM-5] Faults are told in the service’s words', async () => {
    for (const [kind, code] of [
      ['throttle', 'ThrottlingException'],
      ['deny', 'AccessDeniedException'],
      ['server-error', 'InternalServerError'],
    ] as const) {
      sandbox.model.faults.add({ action: 'StartSession', kind, count: 1 });
      await expectCode(start(instanceId), code);
    }
  });

  test('[SSM-6] StartSession has to be allowed on the instance and on the document, TerminateSession on the session', async () => {
    const instances = 'arn:aws:ec2:us-east-1:111111111111:instance/*';
    const document = 'arn:aws:ssm:us-east-1::document/AWS-StartPortForwardingSession';
    for (const [resources, refusedOn] of [
      [[instances], `on resource: ${document}`],
      [[document], 'on resource: arn:aws:ec2:us-east-1:111111111111:instance/i-'],
    ] as const) {
      const strict = await startSandbox({ program, policies: { administrator: sessionPolicy(resources) } });
      const id = await strict.addInstance({ ...place, name: 'ImageUnpacker' });
      await expect(start(id, ssm({ of: strict }))).rejects.toMatchObject({
        name: 'AccessDeniedException',
        message: expect.stringContaining(refusedOn),
      });
      await strict.close();
    }
    const policies = { administrator: sessionPolicy([instances, document]) };
    const strict = await startSandbox({ program, policies });
    const id = await strict.addInstance({ ...place, name: 'ImageUnpacker' });
    const { SessionId } = await start(id, ssm({ of: strict }));
    await expect(ssm({ of: strict }).send(new TerminateSessionCommand({ SessionId }))).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message: expect.stringContaining(
        `ssm:TerminateSession on resource: arn:aws:ssm:us-east-1:111111111111:session/${SessionId}`,
      ),
    });
    expect(strict.model.iam.used().map(({ action }) => action)).toEqual(['ssm:StartSession']);
    await strict.close();
  });
});
