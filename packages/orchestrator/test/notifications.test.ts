import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { systemClock } from '@ami-publisher/base';
import { type Sandbox, startSandbox } from '@ami-publisher/sandbox';
import { CreateTopicCommand, SNSClient } from '@aws-sdk/client-sns';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startOrchestrator } from '../src/index.js';
import { EmailChannel } from '../src/notifications/email-channel.js';
import { openNotifications } from '../src/notifications/open-notifications.js';
import { defaultTemplates } from '../src/notifications/templates.js';
import { embeddedDatabase } from './support/databases.js';
import {
  isAuthentic,
  type MailServer,
  type Receiver,
  startMailServer,
  startReceiver,
} from './support/notification-world.js';
import { patchEvents } from './support/requests.js';
import { World } from './support/world.js';

const password = 'p4ss-w0rd-of-the-mail-server';
const secrets = [Buffer.alloc(32, 'new'), Buffer.alloc(32, 'old')].map(
  (bytes) => `whsec_${bytes.toString('base64')}`,
);
const commandLine = resolve(import.meta.dirname, '../../cli/bin/ami-publisher.js');
const place = { accountId: '111111111111', region: 'us-east-1' };

let directory: string;
let mail: MailServer;
let receiver: Receiver;
let sandbox: Sandbox;
let topic: string;
let world: World;

const write = (name: string, text: string): string => {
  const file = join(directory, name);
  writeFileSync(file, text);
  return file;
};

const configured = (more = '') =>
  openNotifications(
    write(
      `notifications-${Math.random()}.yaml`,
      `email: { server: 'smtp://127.0.0.1:${mail.port}', user: ami, passwordFile: ${write('password', `${password}\n`)}, from: 'AMIs <ami@example.org>' }
webhooks: { secretFile: ${write('secrets', secrets.join('\n'))}, privateHosts: [127.0.0.1] }
topics: {}
attempts: 3
${more}`,
    ),
    systemClock,
  );

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'ami-orchestrator-notifications-'));
  [mail, receiver, sandbox] = await Promise.all([
    startMailServer({ user: 'ami', pass: password }),
    startReceiver(),
    startSandbox(),
  ]);
  const { accessKeyId, secretAccessKey } = sandbox.accounts[0]!;
  Object.assign(process.env, {
    AWS_ENDPOINT_URL_SNS: sandbox.endpoint,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
  });
  const client = new SNSClient({ region: place.region });
  topic = (await client.send(new CreateTopicCommand({ Name: 'lifecycles' }))).TopicArn ?? '';
  client.destroy();
  const notifications = await configured(`recipients:
  - { to: { method: HTTP, target: '${receiver.url}/refusals' }, kinds: [FAILED, ERROR], stackTags: release-* }`);
  world = await World.start(await embeddedDatabase(), { notifications, notifyMs: 20, notifyRetryMs: 20 });
});
afterAll(async () => {
  await world.close();
  await Promise.all([mail.close(), receiver.close(), sandbox.close()]);
  for (const name of ['AWS_ENDPOINT_URL_SNS', 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'])
    delete process.env[name];
  rmSync(directory, { recursive: true });
});

interface Told {
  readonly id: string;
  readonly kind: string;
  readonly target: string;
  readonly status: string;
  readonly attempts: number;
  readonly error: string | null;
}

const deliveries = async (id: string): Promise<readonly Told[]> =>
  (await world.call('GET', `/lifecycles/${id}/notifications`)).body;

/** All deliveries of a lifecycle, once none of them is pending. */
const settled = async (id: string): Promise<readonly Told[]> => {
  await expect
    .poll(async () => (await deliveries(id)).filter(({ status }) => status === 'PENDING'), {
      timeout: 10_000,
    })
    .toEqual([]);
  return deliveries(id);
};

const path = (name: string): string => `${receiver.url}/${name}`;
const hook = (name: string) => ({ method: 'HTTP', target: path(name) });
const received = (name: string) => receiver.requests.filter((request) => request.path === `/${name}`);
const mailsTo = (address: string) => mail.mails.filter(({ to }) => to.includes(address));
const published = () => sandbox.model.services(place).topics.get(topic)?.messages ?? [];

describe('notifications', () => {
  it('[W-E11] tell by mail, webhook and topic of every step, whom lifecycle and configuration name', async () => {
    const notifications = [
      { method: 'EMAIL', target: 'steps@example.org' },
      { method: 'SNS', target: topic },
      hook('steps'),
    ];
    const id = await world.create({ notifications, stack_tag: 'release-1', product_name: 'Bits & <Pieces>' });
    await world.finish(id, 'BUILD_AMI', { status: 'FAILED', properties: {} });
    await world.call('POST', `/lifecycles/${id}/retry`, {});
    await world.held.next(id);
    await world.call('POST', `/lifecycles/${id}/cancel`, {});
    const told = await settled(id);
    expect(told.map(({ status }) => status)).toEqual(told.map(() => 'DELIVERED'));
    const kinds = ['STARTED', 'FAILED', 'STARTED', 'CANCELLED'];
    expect(mailsTo('steps@example.org').map(({ text }) => /^Subject: .*$/m.exec(text)?.[0])).toHaveLength(4);
    expect(
      received('steps')
        .map(({ body }) => JSON.parse(body).kind)
        .sort(),
    ).toEqual([...kinds].sort());
    expect(received('refusals').map(({ body }) => JSON.parse(body).lifecycle_id)).toEqual([id]);
    const messages = published().filter(
      ({ MessageAttributes }) => MessageAttributes?.lifecycle_id?.StringValue === id,
    );
    expect(messages.map(({ Subject }) => Subject).sort()).toEqual([
      'BUILD_AMI has begun: Bits & <Pieces> 4.2.0 (release-1)',
      'BUILD_AMI has begun: Bits & <Pieces> 4.2.0 (release-1)',
      'BUILD_AMI has failed: Bits & <Pieces> 4.2.0 (release-1)',
      'BUILD_AMI was called off: Bits & <Pieces> 4.2.0 (release-1)',
    ]);
  });

  it('are escaped in HTML and nowhere else', async () => {
    const target = 'escaped@example.org';
    const id = await world.create({
      notifications: [{ method: 'EMAIL', target }],
      product_name: `"R&D" <b>'x'</b>`,
    });
    await settled(id);
    const [{ text = '' } = {}] = mailsTo(target);
    const [plain = '', marked = ''] = text.split('Content-Type: text/html');
    expect(plain).toContain(`Product:    "R&D" <b>'x'</b> 4.2.0`);
    expect(marked).toContain('<td>&quot;R&amp;D&quot; &lt;b&gt;&#39;x&#39;&lt;/b&gt; 4.2.0</td>');
    expect(text).toMatch(/^Message-ID: <[0-9a-f-]{36}@ami-orchestrator>\r$/im);
  });

  it('[W-S11] ask for verdicts with a link and a command, and with no key', async () => {
    const id = await world.reach('QA request done');
    await world.certify(id);
    await settled(id);
    const asking = mailsTo('team@example.org')
      .map(({ text }) => text)
      .filter((text) => text.includes(id) && text.includes('is waited for'));
    expect(asking).toHaveLength(2);
    expect(asking.map((text) => /lifecycle (\w+) [\w-]+\r$/m.exec(text)?.[1])).toEqual([
      'certify',
      'approve',
    ]);
    for (const text of asking) {
      expect(text).toContain(`${world.server.url}/ami-creation/lifecycles/${id}/timeline\r\n`);
      expect(text).not.toContain(world.key);
    }
  });

  it('[W-E4] ask for verdicts with commands that give them as they stand', async () => {
    const id = await world.reach('QA request done');
    const env = {
      ...process.env,
      AMI_PUBLISHER_LIFECYCLE_SERVER: world.server.url,
      AMI_PUBLISHER_LIFECYCLE_KEY: world.key,
    };
    /** Does what the mail about an event says. */
    const obey = async (event: string) => {
      const asking = () =>
        mailsTo('team@example.org').find(
          ({ text }) => text.includes(id) && text.includes(`${event} is waited for`),
        );
      await expect.poll(asking, { timeout: 10_000 }).toBeDefined();
      const [, parameters = ''] = /^ {2}ami-publisher (.*)\r$/m.exec(asking()?.text ?? '') ?? [];
      await promisify(execFile)(process.execPath, [commandLine, ...parameters.split(' ')], { env });
    };
    await obey('QA_CERTIFICATION_RESPONSE');
    await obey('MARK_FOR_PRODUCTION_CREATE');
    await world.finish(id, 'MARK_FOR_PRODUCTION_CREATE');
    const all = patchEvents('PATCH_AMI', 'SMOKE_TESTS_AMI_PATCH', 'VULNERABILITY_SCANS_AMI_PATCH');
    await world.createPatch(id, { events: all });
    for (const event of ['PATCH_AMI', 'SMOKE_TESTS_AMI_PATCH', 'VULNERABILITY_SCANS_AMI_PATCH'] as const)
      await world.finish(id, event);
    await obey('MARK_FOR_PRODUCTION_PATCH');
    await world.finish(id, 'MARK_FOR_PRODUCTION_PATCH');
    const { outputs_ami_creation, outputs_ami_patch } = await world.status(id);
    const events = [
      ...(outputs_ami_creation?.events ?? []),
      ...(outputs_ami_patch?.patch_history.current?.events ?? []),
    ];
    expect(events).toHaveLength(10);
    expect(events.map(({ status }) => status)).toEqual(events.map(() => 'COMPLETED'));
  });

  it('never hold a key or a password, whatever was in the texts that they tell', async () => {
    const other = await world.server.keys.create({ name: 'other', roles: ['qa'], operations: [] });
    const notifications = [
      { method: 'EMAIL', target: 'secrets@example.org' },
      { method: 'SNS', target: topic },
      hook('secrets'),
    ];
    const labels = { owner: `key ${other}`, product_ver: other, stack_tag: world.key };
    const id = await world.create({ notifications, ...labels, properties: { password, api_key: other } });
    const held = await world.held.next(id);
    const seeded = ['s3cret', 'signed', 'bearer', 'inJson'];
    held.fail(
      new Error(
        `postgres://user:s3cret@db/x refused; https://b.s3/x?X-Amz-Signature=signed&a=1; Authorization: Bearer bearer; {"token":"inJson"}; ${other} ${world.key}`,
      ),
    );
    await expect.poll(async () => (await settled(id)).length, { timeout: 10_000 }).toBe(6);
    const everything = JSON.stringify([
      ...mailsTo('secrets@example.org'),
      ...received('secrets'),
      ...published(),
      await deliveries(id),
      await world.database.db.selectFrom('notices').selectAll().execute(),
      await world.database.db.selectFrom('deliveries').selectAll().execute(),
    ]);
    expect(everything).toContain('refused');
    const all = [
      other,
      world.key,
      password,
      ...secrets,
      ...seeded,
      process.env.AWS_SECRET_ACCESS_KEY ?? 'none',
    ];
    expect(all.filter((secret) => everything.includes(secret))).toEqual([]);
  });

  it('of mail are tried again after a refusal that may pass, and not after one that lasts', async () => {
    mail.refusals.push(451);
    const passing = await world.create({ notifications: [{ method: 'EMAIL', target: 'busy@example.org' }] });
    expect(await settled(passing)).toMatchObject([{ status: 'DELIVERED', attempts: 2, error: null }]);
    mail.refusals.push(550);
    const lasting = await world.create({ notifications: [{ method: 'EMAIL', target: 'gone@example.org' }] });
    expect(await settled(lasting)).toMatchObject([
      { status: 'FAILED', attempts: 1, error: expect.stringContaining('550') },
    ]);
    expect(mailsTo('gone@example.org')).toEqual([]);
  });

  it('of mail do not repeat what a server says to a wrong password, and leave no machine in plain text', async () => {
    const options = {
      ...{ host: '127.0.0.1', port: mail.port, from: 'a@example.org', templates: defaultTemplates },
      timeoutMs: 2_000,
    };
    const message = {
      kind: 'STARTED' as const,
      event: null,
      text: 'x',
      at: new Date(),
      id: 'i',
      lifecycleId: 'l',
    };
    const labels = { stackTag: 's', productName: 'p', productVer: '1', owner: 'o', timeline: 'http://x' };
    const send = (more: object) =>
      new EmailChannel({ ...options, tls: 'none', ...more }).send({ ...message, ...labels }, 'b@example.org');
    const auth = { user: 'ami', pass: 'wr0ng' };
    await expect(send({ auth })).rejects.toMatchObject({
      retryable: true,
      message: expect.not.stringContaining('wr0ng'),
    });
    await expect(send({ tls: 'starttls', auth })).rejects.toThrow('STARTTLS');
  });

  it('of webhooks are signed by every secret, so that a receiver knows them and no old or changed one', async () => {
    const id = await world.create({ notifications: [hook('signed')] });
    const [told] = await settled(id);
    const [request] = received('signed');
    const now = Date.now();
    expect(secrets.map((secret) => isAuthentic(secret, request!, now))).toEqual([true, true]);
    expect(isAuthentic(secrets[0]!, { ...request!, body: `${request!.body} ` }, now)).toBe(false);
    expect(isAuthentic(secrets[0]!, request!, now + 301_000)).toBe(false);
    expect(request!.headers['webhook-id']).toBe(told!.id);
    expect(JSON.parse(request!.body)).toMatchObject({
      id: told!.id,
      kind: 'STARTED',
      event: 'BUILD_AMI',
      text: 'BUILD_AMI has begun',
      lifecycle_id: id,
    });
  });

  it('of webhooks are tried again with the same id, and given up after so many times', async () => {
    receiver.answers.set('/flaky', [{ status: 500 }, { status: 404 }]);
    const flaky = await world.create({ notifications: [hook('flaky')] });
    expect(await settled(flaky)).toMatchObject([{ status: 'DELIVERED', attempts: 3 }]);
    expect(new Set(received('flaky').map(({ headers }) => headers['webhook-id'])).size).toBe(1);
    receiver.answers.set(
      '/broken',
      [503, 503, 503, 204].map((status) => ({ status })),
    );
    const broken = await world.create({ notifications: [hook('broken')] });
    expect(await settled(broken)).toMatchObject([
      { status: 'FAILED', attempts: 3, error: `${receiver.url} answers 503` },
    ]);
    expect(received('broken')).toHaveLength(3);
    const { notification_deliveries } = await world.status(broken);
    expect(notification_deliveries).toEqual({ PENDING: 0, DELIVERED: 0, FAILED: 1 });
  });

  it('of webhooks follow no redirect, and reach no host inside that is not named', async () => {
    receiver.answers.set('/moved', [{ status: 307, location: path('elsewhere') }]);
    const inside = [
      'http://localhost:1/',
      'http://[::1]:1/',
      'http://169.254.169.254/latest',
      'http://[::ffff:10.0.0.1]/',
    ];
    const id = await world.create({
      notifications: [hook('moved'), ...inside.map((target) => ({ method: 'HTTP', target }))],
    });
    const told = await settled(id);
    expect(told.map(({ status, attempts }) => [status, attempts])).toEqual(told.map(() => ['FAILED', 1]));
    expect(told.filter(({ error }) => error?.includes('is not an address of the internet'))).toHaveLength(4);
    expect(told.find(({ target }) => target === receiver.url)?.error).toContain('redirect');
    expect(received('elsewhere')).toEqual([]);
  });

  it('that are slow do not keep others waiting, nor changes of lifecycles', async () => {
    receiver.answers.set('/slow', [{ status: 204, afterMs: 1_500 }]);
    const slow = await world.create({ notifications: [hook('slow')] });
    await expect.poll(() => received('slow').length).toBe(1);
    await world.finish(slow, 'BUILD_AMI');
    expect(await deliveries(slow)).toMatchObject([{ status: 'PENDING' }, {}, {}]);
    expect((await settled(slow)).map(({ status }) => status)).toEqual([
      'DELIVERED',
      'DELIVERED',
      'DELIVERED',
    ]);
  });

  it('[W-E12] are stored with the change that they tell of, and sent once by many servers', async () => {
    const db = { db: world.database.db, shared: true, close: async () => {} };
    const notifications = await configured();
    const options = { database: db, executors: {}, notifications, notifyMs: 5 };
    const others = await Promise.all([startOrchestrator(options), startOrchestrator(options)]);
    const ids = await Promise.all(
      Array.from({ length: 10 }, () => world.create({ notifications: [hook('many')] })),
    );
    await Promise.all(ids.map(settled));
    await Promise.all(others.map((other) => other.close()));
    expect(
      received('many')
        .map(({ body }) => JSON.parse(body).lifecycle_id)
        .sort(),
    ).toEqual([...ids].sort());
    const refused = await world.create({ notifications: [hook('many')] });
    const before = await deliveries(refused);
    expect((await world.update(refused, 'SMOKE_TESTS_AMI_CREATE')).status).toBe(409);
    expect(await deliveries(refused)).toHaveLength(before.length);
  });

  it('to a topic that is not there are given up', async () => {
    const id = await world.create({ notifications: [{ method: 'SNS', target: `${topic}-not` }] });
    expect(await settled(id)).toMatchObject([
      { status: 'FAILED', attempts: 1, error: expect.stringContaining('Topic does not exist') },
    ]);
  });

  it('by a method that the server has not are given up at once', async () => {
    const bare = await World.start(await embeddedDatabase(), { notifyMs: 20 });
    const id = await bare.create();
    const told = () => bare.call('GET', `/lifecycles/${id}/notifications`);
    await expect
      .poll(async () => (await told()).body[0])
      .toMatchObject({
        status: 'FAILED',
        attempts: 1,
        error: expect.stringContaining('does not tell by EMAIL'),
      });
    await bare.close();
  });
});

describe('the configuration of notifications', () => {
  const opened = (text: string) => openNotifications(write('wrong.yaml', text), systemClock);

  it.each([
    ['email: { server: "smtp://a:b@mail", from: a@b.org }', 'wrong.yaml:1:18: email.server'],
    ['email: { server: "smtp://mail", from: a@b.org, user: a }', 'expected both user and passwordFile'],
    ['email: { server: "smtp://mail", from: nobody }', 'email.from'],
    ['webhooks: { secretFile: /nowhere }', '/nowhere cannot be read'],
    ['recipients: [{ to: { method: FAX, target: "1" } }]', 'recipients.0.to'],
    ['pager: {}', 'pager'],
  ])('is refused: %s', async (text, message) => {
    await expect(opened(text)).rejects.toMatchObject({
      code: 'INVALID_CONFIGURATION',
      message: expect.stringContaining(message),
    });
  });

  it('is refused with a secret that is too short', async () => {
    const text = `webhooks: { secretFile: ${write('short', 'whsec_c2hvcnQ=')} }`;
    await expect(opened(text)).rejects.toThrow('at least 24 bytes');
  });

  it('takes templates from a folder, which may name what there is and nothing else', async () => {
    const folder = join(directory, 'templates');
    mkdirSync(folder);
    writeFileSync(join(folder, 'STARTED.subject'), 'Go: {{ product_name }}');
    const target = 'own@example.org';
    const { channels } = await configured(`templates: ${folder}`);
    await channels.EMAIL?.send(
      {
        ...{ id: 'i', kind: 'STARTED', event: 'BUILD_AMI', text: 't', at: new Date(), lifecycleId: 'l' },
        ...{ stackTag: 's', productName: 'two\r\nBcc: x', productVer: '1', owner: 'o', timeline: 'http://x' },
      },
      target,
    );
    expect(mailsTo(target)[0]?.text).toMatch(/^Subject: Go: two Bcc: x\r$/m);
    writeFileSync(join(folder, 'STARTED.text'), '{{password}}');
    await expect(configured(`templates: ${folder}`)).rejects.toThrow('names {{password}}');
    rmSync(join(folder, 'STARTED.text'));
    writeFileSync(join(folder, 'started.txt'), '');
    await expect(configured(`templates: ${folder}`)).rejects.toThrow('is not a template');
  });
});
