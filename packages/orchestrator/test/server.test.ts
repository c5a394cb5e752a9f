import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { VirtualClock } from '@ami-publisher/base';
import { LifecycleClient } from '@ami-publisher/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Database, openDatabase, startOrchestrator } from '../src/index.js';
import { bodies, routes } from './suite/access.js';
import { embeddedDatabase } from './support/databases.js';
import { requests } from './support/requests.js';
import { World } from './support/world.js';

const list = '/ami-creation/lifecycles/status';
let database: Database;

/** Servers of one database, which stays open until the last has been closed. */
const shared = (): Database => ({ db: database.db, shared: true, close: async () => {} });

beforeAll(async () => {
  database = await embeddedDatabase();
});
afterAll(() => database.close());

describe('a server', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.start(shared(), { fourEyes: true });
  });
  afterAll(() => world.close());

  it.each(['/healthz', '/readyz', '/version', '/openapi.json'])(
    'says at %s how it is, to everybody',
    async (path) => {
      expect((await world.raw('GET', path, {})).status).toBe(200);
    },
  );

  it.each([
    ['no JSON', '{"owner"', 400],
    ['a list', '[]', 400],
    ['nothing', '', 400],
    ['too much', JSON.stringify({ owner: 'x'.repeat(300_000) }), 413],
  ])('refuses a body that is %s', async (_what, body, status) => {
    const headers = { 'x-api-key': world.key };
    expect((await world.raw('POST', '/ami-creation/lifecycles', { headers, body })).status).toBe(status);
  });

  it('knows no other routes', async () => {
    for (const [method, path] of [
      ['GET', '/nowhere'],
      ['POST', '/'],
      ['DELETE', '/ami-creation/lifecycles'],
      ['GET', '/ami-creation/lifecycles'],
    ] as const) {
      const response = await fetch(world.server.url + path, { method });
      expect(response.status).toBe(404);
      expect(await response.json()).toMatchObject({ code: 'ROUTE_NOT_FOUND' });
    }
  });

  it('[W-A1] has never heard of an id that cannot be one', async () => {
    const answered = await world.call('GET', '/ami-creation/lifecycles/nobody/status');
    expect(answered).toMatchObject({ status: 404, body: { code: 'LIFECYCLE_NOT_FOUND' } });
  });

  it('lets clients go that send nothing', async () => {
    const strict = await startOrchestrator({ database: shared(), executors: {}, requestTimeoutMs: 300 });
    const [host = '', port] = strict.address.split(':');
    const socket = connect(Number(port), host);
    socket.write('POST /ami-creation/lifecycles HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\n{');
    const ended = new Promise<string>((resolve) => {
      let text = '';
      socket.on('data', (chunk) => {
        text += chunk;
      });
      socket.on('close', () => resolve(text));
    });
    expect(await ended).toMatch(/^HTTP\/1\.1 4\d\d/);
    await strict.close();
  });

  it('refuses approvals by the key that asked, where four eyes are wanted', async () => {
    const id = await world.reach('QA response COMPLETED');
    const { keys } = world.server;
    const mine = await keys.create({ name: 'seed', roles: ['approver'], operations: [] });
    const approve = (key: string) =>
      world.call('POST', `/ami-creation/lifecycles/${id}/approve`, requests.approve(id, 'FAILED'), { key });
    expect(await approve(mine)).toMatchObject({ status: 403, body: { code: 'OPERATION_NOT_ALLOWED' } });
    expect((await approve(world.key)).status).toBe(200);
  });

  it('refuses events that it has nothing to run with, before it stores anything', async () => {
    const bare = await startOrchestrator({ database: shared(), executors: {} });
    const stackTag = 'no-executor';
    const body = JSON.stringify({ ...requests.create(), stack_tag: stackTag });
    const headers = { 'x-api-key': world.key };
    const response = await fetch(`${bare.url}/ami-creation/lifecycles`, { method: 'POST', headers, body });
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({ code: 'EXECUTOR_MISSING' });
    expect((await world.call('GET', `${list}?stack_tag=${stackTag}`)).body).toEqual([]);
    await bare.close();
  });

  it('speaks plain text on loopback only, and to nobody on an address that is taken', async () => {
    const options = { database: shared(), executors: {} };
    await expect(startOrchestrator({ ...options, host: '0.0.0.0' })).rejects.toMatchObject({
      code: 'INVALID_OPTION',
      message: expect.stringContaining('plain text'),
    });
    const port = Number(world.server.address.split(':')[1]);
    await expect(startOrchestrator({ ...options, port })).rejects.toThrow('cannot listen on');
  });
});

it('[W-S8] answers an address that tries keys less and less, and others as ever', async () => {
  const clock = new VirtualClock(Date.now());
  const world = await World.start(shared(), { clock });
  const wrong = () => world.call('GET', list, undefined, { key: `${world.key.slice(0, 39)}!` });
  const answers: number[] = [];
  for (let index = 0; index < 22; index += 1) answers.push((await wrong()).status);
  expect(answers).toEqual([...Array.from({ length: 20 }, () => 401), 429, 429]);
  // Even the right key: whoever tries keys must not learn which one it was.
  expect((await world.call('GET', list)).status).toBe(429);
  await clock.advance(60_000);
  expect((await world.call('GET', list)).status).toBe(200);
  await world.close();
});

describe('a server for clients of the original', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.start(shared(), { legacy: true });
  });
  afterAll(() => world.close());

  const call = async (method: string, path: string, body?: object) => {
    const init = body === undefined ? { method } : { method, body: JSON.stringify(body) };
    const response = await fetch(world.server.url + path, init);
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };

  it('takes keys from bodies and URLs, and puts them into the URLs of records', async () => {
    const { status, body } = await call('POST', '/ami-creation/lifecycles', {
      api_key: world.key,
      ...requests.create(),
    });
    expect(status).toBe(200);
    const record = await call(
      'GET',
      `/ami-creation/lifecycles/${body.lifecycle_id}/status?api_key=${world.key}`,
    );
    expect(record.body.timeline).toEqual({
      ami_creation: `${world.server.url}/ami-creation/lifecycles/${body.lifecycle_id}/timeline?api_key=${world.key}`,
    });
  });

  it('answers every failure with 500 and the text of the original', async () => {
    const path = '/ami-creation/lifecycles';
    const { api_key: _none, ...keyless } = { api_key: '', ...requests.create() };
    const wrong = { ...keyless, api_key: 'x' };
    const { owner: _owner, ...ownerless } = { ...keyless, api_key: world.key };
    expect(
      await Promise.all([keyless, wrong, ownerless].map((body) => call('POST', path, body))),
    ).toMatchObject([
      {
        status: 500,
        body: { error: 'An api_key must be included as part of the json payload of the request.' },
      },
      { status: 500, body: { error: 'Invalid API Key for AMI Lifecycle Create POST operation.' } },
      {
        status: 500,
        body: {
          error: 'The owner parameter must be defined as part of a lifecycle creation/update request.',
        },
      },
    ]);
    expect(await call('GET', list)).toMatchObject({
      status: 500,
      body: {
        error: `api_key is expected as a query parameter but it was not present in the request; ${list}`,
      },
    });
    expect((await call('GET', '/nowhere')).status).toBe(404);
  });

  it.each(routes)(
    'tells %s %s without a key, and with a wrong one, what the original does',
    async (method, path, operation, badKey) => {
      const isRead = method === 'GET';
      const send = (key: string | undefined) => {
        const query = key === undefined ? '' : `?api_key=${key}`;
        return isRead
          ? call(method, path + query)
          : call(method, path, { ...(key !== undefined && { api_key: key }), ...bodies[operation] });
      };
      const missing = isRead
        ? `api_key is expected as a query parameter but it was not present in the request; ${path}`
        : 'An api_key must be included as part of the json payload of the request.';
      expect(await send(undefined)).toMatchObject({ status: 500, body: { error: missing } });
      expect(await send(`${world.key.slice(0, 39)}!`)).toMatchObject({
        status: 500,
        body: { error: badKey },
      });
    },
  );

  it('is understood by a client that speaks as the original does', async () => {
    const connection = { endpoint: world.server.url, apiKey: world.key, legacy: true };
    const client = new LifecycleClient({ connection });
    const { lifecycle_id } = await client.create(requests.create() as never);
    expect(await client.status(lifecycle_id)).toMatchObject({ event_in_progress: { name: 'BUILD_AMI' } });
    await expect(client.certify(requests.certify(lifecycle_id) as never)).rejects.toMatchObject({
      code: 'EVENT_RUNNING',
    });
    await expect(client.create({} as never)).rejects.toMatchObject({ code: 'REQUEST_INVALID' });
  });
});

describe('an embedded database', () => {
  it('keeps what it holds, and belongs to one process', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'ami-orchestrator-'));
    const first = await openDatabase({ directory });
    const server = await startOrchestrator({ database: first, executors: {} });
    const key = await server.keys.create({ name: 'a', roles: ['requester'], operations: [] });
    await expect(openDatabase({ directory })).rejects.toMatchObject({ code: 'DIRECTORY_LOCKED' });
    await server.close();
    const again = await startOrchestrator({ database: await openDatabase({ directory }), executors: {} });
    const response = await fetch(again.url + list, { headers: { 'x-api-key': key } });
    expect(response.status).toBe(200);
    await again.close();
    rmSync(directory, { recursive: true });
  });

  it.each(['mysql://host/name', 'host'])('is not what %s names', async (url) => {
    await expect(openDatabase({ url })).rejects.toMatchObject({ code: 'INVALID_OPTION' });
  });

  it('is missed where no Postgres answers', async () => {
    await expect(openDatabase({ url: 'postgres://nobody@127.0.0.1:1/none' })).rejects.toMatchObject({
      code: 'DATABASE_UNREACHABLE',
    });
  });
});
