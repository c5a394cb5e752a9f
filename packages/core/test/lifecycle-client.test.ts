import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { OpenApiChecker } from '../../orchestrator/test/support/openapi-checker.js';
import { LifecycleClient, type LifecycleClientOptions } from '../src/index.js';

interface Seen {
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** What clients of lifecycle servers find in front of them. */
const basePath = '/dev';
const document = join(import.meta.dirname, '../../../docs/openapi.json');
const checker = new OpenApiChecker(JSON.parse(readFileSync(document, 'utf8')));
/** Answers of a test that no lifecycle server gives. */
const faults: string[] = [];

let server: Server;
afterEach(() => {
  server.closeAllConnections();
  server.close();
  expect(faults.splice(0)).toEqual([]);
});

type Answer = (response: ServerResponse, method: string, path: string) => void;

/** A server that answers as told, call by call, and a client of it. */
const serve = async (
  answers: readonly Answer[],
  options: Partial<LifecycleClientOptions> & { readonly legacy?: boolean } = {},
) => {
  const seen: Seen[] = [];
  server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const { method = '', url = '', headers } = request;
    seen.push({ url, headers, body });
    const path = url.slice(basePath.length).split('?')[0] ?? '';
    (answers[seen.length - 1] ?? answers.at(-1))?.(response, method, path);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}${basePath}/`;
  const { legacy = false, ...rest } = options;
  const apiKey = async (operation: string) => `key-of-${operation}`;
  return {
    seen,
    endpoint,
    client: new LifecycleClient({ connection: { endpoint, apiKey, legacy }, ...rest }),
  };
};

/** What is no lifecycle server, as a proxy is none, or API Gateway in front of the original, answers as it likes. */
const foreign =
  (body: unknown, status = 200, headers = {}): Answer =>
  (response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(JSON.stringify(body));
  };

/** An answer of a lifecycle server, as its OpenAPI document promises it. */
const json =
  (body: unknown, status = 200, headers = {}): Answer =>
  (response, method, path) => {
    try {
      checker.check(method, path, status, 'application/json', JSON.stringify(body));
    } catch (reason) {
      faults.push((reason as Error).message);
    }
    foreign(body, status, headers)(response, method, path);
  };

const written = {
  lifecycle_id: 'id-1',
  owner: 'o',
  creation_date: '03/14/2026, 09:26:53',
  notification_channels: [],
};
const record = {
  lifecycle_id: 'id-1',
  creation_date: '03/14/2026, 09:26:53',
  stack_tag: 'main',
  owner: 'o',
  notifications: [],
  inputs_ami_creation: { events: [] },
};
const verdict = { lifecycle_id: 'id-1', stack_tag: 'main', approval_status: 'APPROVED' } as const;

describe('a client of lifecycle servers', () => {
  it('[W-S5] sends the key of the operation in a header, and in no URL and no body', async () => {
    const { client, seen } = await serve([json(written), json(record)]);
    await client.approve(verdict);
    await client.status('id-1');
    expect(seen.map(({ url, headers }) => [url, headers['x-api-key']])).toEqual([
      ['/dev/ami-creation/lifecycles/id-1/approve', 'key-of-creation:approve'],
      ['/dev/ami-creation/lifecycles/id-1/status', 'key-of-status'],
    ]);
    expect(JSON.parse(seen[0]?.body ?? '')).toEqual(verdict);
  });

  it('sends it as the original wants it, where that is asked for', async () => {
    const { client, seen, endpoint } = await serve([json(written), json(record)], { legacy: true });
    await client.approvePatch(verdict);
    await client.status('id-1', { type: 'ami-patch' });
    expect(JSON.parse(seen[0]?.body ?? '')).toEqual({ ...verdict, api_key: 'key-of-patch:approve' });
    expect(seen[1]?.url).toBe('/dev/ami-patch/lifecycles/id-1/status?api_key=key-of-status');
    expect(seen.map(({ headers }) => headers['x-api-key'])).toEqual([undefined, undefined]);
    expect(await client.timelineUrl('id-1')).toBe(
      `${endpoint}ami-creation/lifecycles/id-1/timeline?api_key=key-of-creation%3Atimeline`,
    );
  });

  it('tries reads again, and sends writes once', async () => {
    const { client, seen } = await serve([
      foreign({ message: 'x' }, 500),
      (response) => response.destroy(),
      json(record),
    ]);
    expect(await client.status('id-1')).toEqual(record);
    expect(seen).toHaveLength(3);
  });

  it('sends a write once, whatever becomes of it', async () => {
    const { client, seen } = await serve([(response) => response.destroy()]);
    await expect(client.approve(verdict)).rejects.toMatchObject({ code: 'ORCHESTRATOR_UNREACHABLE' });
    expect(seen).toHaveLength(1);
  });

  it('does not try again what was refused', async () => {
    const { client, seen } = await serve([json({ error: 'x', code: 'LIFECYCLE_NOT_FOUND' }, 404)]);
    await expect(client.status('id-1')).rejects.toMatchObject({ code: 'LIFECYCLE_NOT_FOUND' });
    expect(seen).toHaveLength(1);
  });

  it('follows no redirection, which could lead the key to somebody else', async () => {
    const { client, seen } = await serve([foreign({}, 302, { location: '/elsewhere' })], { readAttempts: 1 });
    await expect(client.status('id-1')).rejects.toMatchObject({ code: 'ORCHESTRATOR_UNREACHABLE' });
    expect(seen).toHaveLength(1);
  });

  it.each([[{ error: 'but 200' }], ['<html>'], [[written]]])('takes %j for no success', async (body) => {
    const { client } = await serve([foreign(body)]);
    await expect(client.approve(verdict)).rejects.toMatchObject({
      code: 'ORCHESTRATOR_FAILED',
      retryable: false,
    });
  });

  it('gives up a server that does not answer, and ends when it is told to', async () => {
    const { client } = await serve([() => {}], { timeoutMs: 50, readAttempts: 1 });
    await expect(client.status('id-1')).rejects.toMatchObject({ code: 'TIMED_OUT' });
    const stop = new AbortController();
    const patient = await serve([() => stop.abort()], {});
    await expect(patient.client.status('id-1', { signal: stop.signal })).rejects.toMatchObject({
      code: 'CANCELLED',
    });
  });

  it('lists page after page', async () => {
    const link = { link: '</ami-creation/lifecycles/status?stack_tag=main&after=abc>; rel="next"' };
    const { client, seen } = await serve([
      json([record], 200, link),
      json([{ ...record, lifecycle_id: 'id-2' }]),
    ]);
    const ids: string[] = [];
    for await (const { lifecycle_id } of client.list({ stackTag: 'main' })) ids.push(lifecycle_id);
    expect(ids).toEqual(['id-1', 'id-2']);
    expect(seen.map(({ url }) => url.split('?')[1])).toEqual(['stack_tag=main', 'stack_tag=main&after=abc']);
  });

  describe('that waits for an event', () => {
    const running = (more = {}) => ({
      ...record,
      event_in_progress: { name: 'BUILD_AMI', execution_startdate: '03/14/2026, 09:26:53', ...more },
    });
    const ended = (status: string) => ({
      ...record,
      outputs_ami_creation: {
        events: [{ name: 'BUILD_AMI', status, status_date: '03/14/2026, 09:26:53', lifecycle_id: 'id-1' }],
      },
    });

    it.each([
      [ended('COMPLETED'), 'COMPLETED'],
      [ended('FAILED'), 'FAILED'],
      [running({ status: 'ERROR', error_message: 'it broke' }), 'ERROR'],
      [running({ status: 'ERROR_EVENT_TIMEOUT' }), 'ERROR_EVENT_TIMEOUT'],
    ])('tells how it ended: %#', async (end, status) => {
      const { client } = await serve([json(record), json(running()), json(end)]);
      expect(await client.waitFor('id-1', 'BUILD_AMI', { pollMs: 1 })).toMatchObject({ status });
    });

    it('does not take the result of an earlier attempt for that of the one in progress', async () => {
      const again = { ...ended('FAILED'), ...{ event_in_progress: running().event_in_progress } };
      const { client } = await serve([json(again), json(ended('COMPLETED'))]);
      expect(await client.waitFor('id-1', 'BUILD_AMI', { pollMs: 1 })).toMatchObject({ status: 'COMPLETED' });
    });

    it('gives up after a while', async () => {
      const { client } = await serve([json(running())]);
      await expect(client.waitFor('id-1', 'BUILD_AMI', { pollMs: 1, timeoutMs: 20 })).rejects.toMatchObject({
        code: 'TIMED_OUT',
        message: expect.stringContaining('BUILD_AMI of lifecycle id-1'),
      });
    });
  });

  it('wants the URL of a server', () => {
    const connection = { endpoint: 'orchestrator', apiKey: 'x' };
    expect(() => new LifecycleClient({ connection })).toThrow(
      'expected `endpoint` to be an http or https URL',
    );
  });
});
