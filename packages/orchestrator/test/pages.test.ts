import { VirtualClock } from '@ami-publisher/base';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Database } from '../src/index.js';
import { embeddedDatabase } from './support/databases.js';
import { EventReader } from './support/event-reader.js';
import { World } from './support/world.js';

let database: Database;
let world: World;
let key: string;

/** Servers of one database, which stays open until the last has been closed. */
const shared = (): Database => ({ db: database.db, shared: true, close: async () => {} });

beforeAll(async () => {
  database = await embeddedDatabase();
  world = await World.start(shared());
  key = await world.server.keys.create({ name: 'j.doe', roles: ['qa'], operations: [] });
});
afterAll(async () => {
  await world.close();
  await database.close();
});

/** A browser that follows no redirects. */
const browse = (path: string, init: RequestInit = {}, server = world.server): Promise<Response> =>
  fetch(server.url + path, {
    redirect: 'manual',
    ...init,
    headers: { accept: 'text/html,application/xhtml+xml', ...init.headers },
  });

const post = (path: string, form: Readonly<Record<string, string>>, headers = {}, server = world.server) =>
  browse(
    path,
    {
      method: 'POST',
      body: new URLSearchParams(form),
      headers: { 'sec-fetch-site': 'same-origin', ...headers },
    },
    server,
  );

const cookieOf = (response: Response): string => response.headers.get('set-cookie')?.split(';')[0] ?? '';

const logIn = async (server = world.server, with_ = key): Promise<string> =>
  cookieOf(await post('/login', { key: with_, next: '/' }, {}, server));

const timeline = (id: string, type = 'ami-creation') => `/${type}/lifecycles/${id}/timeline`;

describe('logging in', () => {
  it('is what a browser without a session is asked for, and comes back to what it wanted', async () => {
    const path = timeline(await world.reach('build done'));
    const sent = await browse(`${path}?x=1`);
    expect(sent.status).toBe(303);
    const login = sent.headers.get('location') ?? '';
    expect(login).toBe(`/login?next=${encodeURIComponent(`${path}?x=1`)}`);
    expect(await (await browse(login)).text()).toContain(`name="next" value="${path}?x=1"`);
    const entered = await post('/login', { key, next: path });
    expect([entered.status, entered.headers.get('location')]).toEqual([303, path]);
    const page = await browse(path, { headers: { cookie: cookieOf(entered) } });
    expect([page.status, await page.text()]).toEqual([200, expect.stringContaining('j.doe')]);
  });

  it('gives a cookie that no script reads and no other site has sent, and never the key', async () => {
    const cookie = (await post('/login', { key, next: '/' })).headers.get('set-cookie') ?? '';
    expect(cookie).toMatch(/^ami-session=[\w-]{43}; Max-Age=43200; Path=\/; HttpOnly; SameSite=Strict$/);
    expect(cookie).not.toContain(key);
    const token = cookie.slice('ami-session='.length, cookie.indexOf(';'));
    const rows = await database.db.selectFrom('sessions').selectAll().execute();
    expect(rows.map(({ hash }) => hash)).not.toContain(token);
  });

  it('gives one for TLS alone, behind a proxy that has a certificate', async () => {
    const proxied = await World.start(shared(), { publicUrl: 'https://ami.example.org/lifecycles/' });
    const entered = await post('/login', { key, next: '/' }, {}, proxied.server);
    expect(entered.headers.get('set-cookie')).toMatch(/^__Host-ami-session=.*; Secure/);
    expect(entered.headers.get('location')).toBe('/lifecycles/');
    const page = await browse('/', { headers: { cookie: cookieOf(entered) } }, proxied.server);
    expect(await page.text()).toContain('href="/lifecycles/assets/');
    await proxied.close();
  });

  it.each([
    ['//evil.example', '/'],
    ['/\\evil.example', '/'],
    ['/.//evil.example', '/'],
    ['https://evil.example/', '/'],
    ['/?text=a b', '/?text=a%20b'],
  ])('leads from %s to %s', async (next, location) => {
    expect((await post('/login', { key, next })).headers.get('location')).toBe(location);
  });

  it.each([
    ['a wrong key', { key: 'x'.repeat(40) }, {}, 401],
    ['no key', {}, {}, 401],
    ['a form of another site', { key: 'x' }, { 'sec-fetch-site': 'cross-site' }, 403],
  ])('refuses %s', async (_what, form, headers, status) => {
    const refused = await post('/login', form as Record<string, string>, headers);
    expect([refused.status, refused.headers.get('set-cookie')]).toEqual([status, null]);
    expect(refused.headers.get('content-type')).toContain('text/html');
  });

  it('ends with the session, with its time, and with the key', async () => {
    const loggedInAt = Date.now();
    const timed = await World.start(shared(), { clock: new VirtualClock(loggedInAt) });
    const leaver = await timed.server.keys.create({ name: 'leaver', roles: ['qa'], operations: [] });
    const statusOf = async (cookie: string, { server }: World) =>
      (await browse('/', { headers: { cookie } }, server)).status;
    const statuses = () => Promise.all([first, second, third].map((cookie) => statusOf(cookie, timed)));
    const [first, second, third] = [
      await logIn(timed.server),
      await logIn(timed.server),
      await logIn(timed.server, leaver),
    ];
    expect(await statuses()).toEqual([200, 200, 200]);
    expect((await post('/logout', {}, { cookie: first }, timed.server)).headers.get('set-cookie')).toContain(
      'Max-Age=0',
    );
    await timed.server.keys.revoke('leaver');
    expect(await statuses()).toEqual([303, 200, 303]);
    await timed.close();
    // A clock that goes on for twelve hours would have the server do all its work of that time.
    for (const [hours, status] of [
      [11.9, 200],
      [12, 303],
    ] as const) {
      const later = await World.start(shared(), { clock: new VirtualClock(loggedInAt + hours * 3_600_000) });
      expect(await statusOf(second, later)).toBe(status);
      await later.close();
    }
  });

  it('is closed to an address that tries keys', async () => {
    const clock = new VirtualClock(Date.now());
    const tried = await World.start(shared(), { clock });
    const wrong = () => post('/login', { key: 'x'.repeat(40) }, {}, tried.server);
    for (let index = 0; index < 20; index += 1) expect((await wrong()).status).toBe(401);
    expect((await post('/login', { key, next: '/' }, {}, tried.server)).status).toBe(429);
    await tried.close();
  });
});

describe('pages', () => {
  const show = async (path: string, cookie?: string): Promise<string> => {
    const page = await browse(path, { headers: { cookie: cookie ?? (await logIn()) } });
    expect(page.status).toBe(200);
    return page.text();
  };

  it('only show: a session is good for nothing else', async () => {
    const cookie = await logIn();
    const id = await world.reach('build done');
    for (const path of [`/ami-creation/lifecycles/${id}/status`, `/lifecycles/${id}/attempts`]) {
      expect((await fetch(world.server.url + path, { headers: { cookie } })).status).toBe(401);
    }
    const certify = `${world.server.url}/ami-creation/lifecycles/${id}/certify`;
    expect((await fetch(certify, { method: 'POST', headers: { cookie }, body: '{}' })).status).toBe(401);
  });

  it('run no script but their own, stand in no frame, and are kept by nobody', async () => {
    const { headers } = await browse('/login');
    expect(headers.get('content-security-policy')).toBe(
      "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    );
    expect(headers.get('cache-control')).toBe('no-store');
    const [asset = ''] = /\/assets\/[\w.-]+/.exec(await show('/')) ?? [];
    expect((await browse(asset)).headers.get('cache-control')).toContain('immutable');
  });

  it('say what is wrong to people on a page, and to programs in JSON', async () => {
    const cookie = await logIn();
    const gone = timeline('0f9a6c1e-58a1-4b7c-9a41-6d1f2d1f9c55');
    const page = await browse(gone, { headers: { cookie } });
    expect([page.status, await page.text()]).toEqual([404, expect.stringContaining('there is no lifecycle')]);
    const json = await browse(gone, { headers: { cookie, accept: '*/*' } });
    expect([json.status, await json.json()]).toEqual([
      404,
      expect.objectContaining({ code: 'LIFECYCLE_NOT_FOUND' }),
    ]);
    expect((await browse('/?event=NONE', { headers: { cookie } })).status).toBe(422);
    expect((await browse('/?after=nowhere', { headers: { cookie } })).status).toBe(400);
  });

  it('show lifecycles by product, owner, event, status and text', async () => {
    const head = { stack_tag: 'filtered', product_name: 'router<b>', owner: "o'hara" };
    const built = await world.reach('build done', head);
    const refused = await world.reach('approval FAILED', { ...head, commit_ref: '100%_sure' });
    const other = await world.reach('build done', { ...head, product_name: 'switch' });
    const found = async (filters: Readonly<Record<string, string>>) => {
      const page = await show(`/?${new URLSearchParams({ product: '', owner: '', ...filters })}`);
      return [built, refused, other].filter((id) => page.includes(timeline(id)));
    };
    expect(await found({ text: 'FILTERED' })).toEqual([built, refused, other]);
    expect(await found({ owner: "o'hara" })).toEqual([built, other]);
    expect(await found({ product: 'router<b>' })).toEqual([built, refused]);
    expect(await found({ product: 'router<b>', status: 'FAILED' })).toEqual([refused]);
    expect(await found({ owner: "o'hara", event: 'BUILD_AMI' })).toEqual([built, other]);
    expect(await found({ text: '100%_SURE' })).toEqual([refused]);
    expect(await found({ text: '1%s' })).toEqual([]);
    expect(await found({ text: other.slice(0, 13) })).toEqual([other]);
    expect(await found({ text: 'nobody' })).toEqual([]);
    expect(await show('/?text=%3Cb%3E')).toContain('router&lt;b&gt; 4.2.0');
  });

  it('lead from one to the next', async () => {
    const ids = await Promise.all(
      Array.from({ length: 27 }, () => world.reach('build running', { stack_tag: 'many', owner: 'many' })),
    );
    const cookie = await logIn();
    const first = await show('/?owner=many', cookie);
    const older = /href="(\/\?owner=many&amp;after=[\w-]+)"/.exec(first)?.[1]?.replaceAll('&amp;', '&') ?? '';
    const second = await show(older, cookie);
    const on = (page: string) => ids.filter((id) => page.includes(timeline(id)));
    expect([on(first).length, on(second).length]).toEqual([25, 2]);
    expect(new Set([...on(first), ...on(second)]).size).toBe(27);
    expect(second).toContain('href="/?owner=many">Newest');
  });

  it('take a key in their URL where clients of the original do, and hand it to nothing but their own stream', async () => {
    const legacy = await World.start(shared(), { legacy: true });
    const path = timeline(await legacy.reach('build done'));
    const page = await browse(`${path}?api_key=${legacy.key}`, {}, legacy.server);
    const text = await page.text();
    expect(text.split(legacy.key)).toHaveLength(2);
    const [, changes = ''] = /data-changes="([^"]+)"/.exec(text) ?? [];
    const stream = await EventReader.open(legacy.server.url + changes.replaceAll('&amp;', '&'));
    expect(stream.status).toBe(200);
    stream.close();
    const wrong = await browse(`${path}?api_key=${'x'.repeat(40)}`, {}, legacy.server);
    expect([wrong.status, await wrong.text()]).toEqual([
      500,
      expect.stringContaining('Invalid API Key for AMI Timeline'),
    ]);
    await legacy.close();
  });
});

describe('the stream of changes', () => {
  const open = async (path: string, headers = {}, server = world.server) =>
    EventReader.open(server.url + path, { cookie: await logIn(server), ...headers });

  /** Of the page, as a browser would ask for it. */
  const streamOf = async (path: string): Promise<string> => {
    const page = await browse(path, { headers: { cookie: await logIn() } });
    return /data-changes="([^"]+)"/.exec(await page.text())?.[1]?.replaceAll('&amp;', '&') ?? '';
  };

  it('wants a key', async () => {
    expect((await EventReader.open(`${world.server.url}/changes`)).status).toBe(401);
  });

  it('tells of what another replica has changed, and of that alone', async () => {
    const replica = await World.start(shared());
    const [id, other] = [await world.reach('build done'), await world.reach('build done')];
    const mine = await open(await streamOf(timeline(id)));
    const theirs = await open(await streamOf(timeline(other)));
    const all = await open(await streamOf('/'));
    expect(mine.headers).toMatchObject({ 'content-type': 'text/event-stream', connection: 'close' });
    await replica.update(id, 'SMOKE_TESTS_AMI_CREATE');
    const [change] = await Promise.all([mine.next(), all.next()]);
    expect(change).toMatch(/^event: change\nid: (\d+)\ndata: \1$/);
    expect(theirs.seen).toEqual([]);
    for (const reader of [mine, theirs, all]) reader.close();
    await replica.close();
  });

  it('tells who comes back what has changed meanwhile, and who has missed nothing, nothing', async () => {
    const id = await world.reach('build done');
    const stream = await streamOf(timeline(id));
    const seen = new URL(stream, world.server.url).searchParams.get('since') ?? '';
    await world.update(id, 'SMOKE_TESTS_AMI_CREATE');
    const stale = await open(stream);
    expect(await stale.next()).toContain('event: change');
    const { revision } = await database.db
      .selectFrom('lifecycleRevisions')
      .select('revision')
      .where('lifecycleId', '=', id)
      .executeTakeFirstOrThrow();
    expect(revision).toBeGreaterThan(Number(seen));
    const current = await open(stream, { 'last-event-id': String(revision) });
    await world.call('DELETE', `/lifecycles/${await world.reach('build done')}`);
    await world.call('POST', `/lifecycles/${id}/cancel`);
    expect(await current.next()).toContain(`id: ${revision + 1}`);
    stale.close();
    current.close();
  });

  it('ends when the server does, which does not wait for it', async () => {
    const closing = await World.start(shared());
    const reader = await open('/changes?since=0-0', {}, closing.server);
    await reader.next();
    const begun = performance.now();
    await closing.close();
    await reader.ended;
    expect(performance.now() - begun).toBeLessThan(4_000);
  });

  it('is given to so many at a time, of whom those do not count who have gone or want no body', async () => {
    const narrow = await World.start(shared(), { mostWatchers: 1 });
    const headers = { 'x-api-key': narrow.key };
    const url = `${narrow.server.url}/changes`;
    for (let index = 0; index < 2; index += 1) {
      expect((await fetch(url, { method: 'HEAD', headers })).status).toBe(200);
    }
    const first = await EventReader.open(url, headers);
    expect([first.status, (await EventReader.open(url, headers)).status]).toEqual([200, 429]);
    first.close();
    await vi.waitFor(async () => expect((await EventReader.open(url, headers)).status).toBe(200));
    await narrow.close();
  });
});
