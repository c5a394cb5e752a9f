import { describe, expect, it } from 'vitest';
import { requests } from '../support/requests.js';
import type { World } from '../support/world.js';

const unknown = '0f9a6c1e-58a1-4b7c-9a41-6d1f2d1f9c55';
const list = '/ami-creation/lifecycles/status';

/** The thirteen routes: method, path, operation, and what a wrong key is told. */
export const routes: readonly (readonly [string, string, string, string])[] = [
  [
    'POST',
    '/ami-creation/lifecycles',
    'creation:post',
    'Invalid API Key for AMI Lifecycle Create POST operation.',
  ],
  [
    'PUT',
    '/ami-creation/lifecycles',
    'creation:put',
    'Invalid API Key for AMI Lifecycle Create PUT operation.',
  ],
  ['GET', list, 'status', 'Invalid API Key for AMI Get Status operation.'],
  [
    'GET',
    `/ami-creation/lifecycles/${unknown}/status`,
    'status',
    'Invalid API Key for AMI Get Status operation.',
  ],
  [
    'POST',
    `/ami-creation/lifecycles/${unknown}/certify`,
    'creation:certify',
    'Invalid API Key for AMI QA Certification operation.',
  ],
  [
    'POST',
    `/ami-creation/lifecycles/${unknown}/approve`,
    'creation:approve',
    'Invalid API Key for AMI Creation Mark for Production Approval operation.',
  ],
  [
    'GET',
    `/ami-creation/lifecycles/${unknown}/timeline`,
    'creation:timeline',
    'Invalid API Key for AMI Timeline operation.',
  ],
  ['POST', '/ami-patch/lifecycles', 'patch:post', 'Invalid API Key for AMI Lifecycle Patch POST operation.'],
  ['PUT', '/ami-patch/lifecycles', 'patch:put', 'Invalid API Key for AMI Lifecycle Patch PUT operation.'],
  ['GET', '/ami-patch/lifecycles/status', 'status', 'Invalid API Key for AMI Get Status operation.'],
  [
    'GET',
    `/ami-patch/lifecycles/${unknown}/status`,
    'status',
    'Invalid API Key for AMI Get Status operation.',
  ],
  [
    'POST',
    `/ami-patch/lifecycles/${unknown}/approve`,
    'patch:approve',
    'Invalid API Key for AMI Patch Mark for Production Approval operation.',
  ],
  [
    'GET',
    `/ami-patch/lifecycles/${unknown}/timeline`,
    'patch:timeline',
    'Invalid API Key for AMI Patch Timeline operation.',
  ],
];

export const bodies: Readonly<Record<string, object>> = {
  'creation:post': requests.create(),
  'creation:put': requests.update(unknown),
  'creation:certify': requests.certify(unknown),
  'creation:approve': requests.approve(unknown),
  'patch:post': requests.createPatch(unknown),
  'patch:put': requests.updatePatch(unknown),
  'patch:approve': requests.approve(unknown),
};

let names = 0;
const newName = (): string => {
  names += 1;
  return `key-${names}`;
};

/** Who may do what. */
export const accessSuite = (world: () => World): void => {
  describe.each(routes)('%s %s', (method, path, operation, badKey) => {
    const body = bodies[operation];

    it('wants a key that is good for it', async () => {
      const none = await world().raw(method, path, {});
      expect(none).toMatchObject({ status: 401, body: { code: 'API_KEY_REFUSED' } });
      const key = await world().server.keys.create({ name: newName(), roles: [], operations: ['cancel'] });
      const narrow = await world().call(method, path, body, { key });
      expect(narrow).toMatchObject({ status: 403, body: { code: 'OPERATION_NOT_ALLOWED' } });
    });

    it('tells a wrong key what the original does', async () => {
      const wrong = await world().server.keys.create({ name: newName(), roles: ['qa'], operations: [] });
      const answered = await world().call(method, path, body, { key: `${wrong.slice(0, 39)}!` });
      expect(answered).toMatchObject({ status: 401, body: { error: badKey, code: 'API_KEY_REFUSED' } });
    });
  });

  it.each(routes.filter(([method, path]) => path.includes(unknown) || method === 'PUT'))(
    '[W-A1] has never heard of an unknown id: %s %s',
    async (method, path, operation) => {
      expect(await world().call(method, path, bodies[operation])).toMatchObject({
        status: 404,
        body: { code: 'LIFECYCLE_NOT_FOUND', error: `there is no lifecycle ${unknown}` },
      });
    },
  );

  it('takes a key as bearer token as well', async () => {
    const headers = { authorization: `Bearer ${world().key}` };
    expect((await world().raw('GET', list, { headers })).status).toBe(200);
  });

  it('[W-S5] does not take a key from a URL', async () => {
    expect((await world().raw('GET', `${list}?api_key=${world().key}`, {})).status).toBe(401);
  });

  it('[W-S8] keeps hashes of keys with names, roles and ends, and not the keys', async () => {
    const name = newName();
    const key = await world().server.keys.create({ name, roles: ['qa'], operations: ['delete'] });
    const rows = await world()
      .database.db.selectFrom('apiKeys')
      .selectAll()
      .where('name', '=', name)
      .execute();
    expect(rows).toMatchObject([{ name, roles: ['qa'], operations: ['delete'], id: key.slice(0, 10) }]);
    expect(JSON.stringify(rows)).not.toContain(key.slice(10));
    expect(rows[0]?.hash).toMatch(/^[0-9a-f]{64}$/);
  });

  it('[W-S9] rotates one name at a time, with an overlap, and revokes at once', async () => {
    const { keys } = world().server;
    const name = newName();
    const first = await keys.create({ name, roles: ['qa'], operations: [] });
    await expect(keys.create({ name, roles: ['qa'], operations: [] })).rejects.toMatchObject({
      code: 'INVALID_OPTION',
    });
    const second = await keys.rotate(name, 3_600_000);
    expect(second).toMatch(/^[A-Za-z0-9]{40}$/);
    expect(second).not.toBe(first);
    for (const key of [first, second])
      expect((await world().call('GET', list, undefined, { key })).status).toBe(200);
    const third = await keys.rotate(name, 0);
    expect((await world().call('GET', list, undefined, { key: first })).status).toBe(401);
    expect((await world().call('GET', list, undefined, { key: third })).status).toBe(200);
    await keys.revoke(name);
    expect((await world().call('GET', list, undefined, { key: third })).status).toBe(401);
    await expect(keys.revoke(name)).rejects.toMatchObject({ code: 'INVALID_OPTION' });
  });

  it('ends keys when their time is up', async () => {
    const key = await world().server.keys.create({
      ...{ name: newName(), roles: ['qa'], operations: [] },
      expiresAt: new Date(Date.now() - 1),
    });
    expect((await world().call('GET', list, undefined, { key })).status).toBe(401);
  });

  it('gives each role what it is for', async () => {
    const { keys } = world().server;
    const id = await world().reach('QA request done');
    const [requester, qa, approver] = await Promise.all(
      (['requester', 'qa', 'approver'] as const).map((role) =>
        keys.create({ name: newName(), roles: [role], operations: [] }),
      ),
    );
    const certify = (key: string | undefined) =>
      world().call('POST', `/ami-creation/lifecycles/${id}/certify`, requests.certify(id), { key });
    expect((await certify(requester)).status).toBe(403);
    expect((await certify(approver)).status).toBe(403);
    expect((await certify(qa)).status).toBe(200);
    expect((await world().call('DELETE', `/lifecycles/${id}`, undefined, { key: approver })).status).toBe(
      403,
    );
  });

  it('[W-S6] keeps no credentials of a request', async () => {
    const properties = {
      api_key: world().key,
      note: `key ${world().key}!`,
      nested: { 'x-api-key': 'x', ok: 1 },
    };
    const id = await world().create({ properties });
    expect((await world().status(id)).properties).toEqual({ note: 'key [redacted]!', nested: { ok: 1 } });
    await world().finish(id, 'BUILD_AMI', {
      status: 'COMPLETED',
      properties: { ...world().held.success('BUILD_AMI').properties, task_token: 'x', api_key: 'x' },
      fields: { api_key: 'x' },
    });
    expect(JSON.stringify(await world().status(id))).not.toMatch(/api_key|task_token/);
  });

  it('writes down who did what, and who was refused', async () => {
    const name = newName();
    const key = await world().server.keys.create({ name, roles: ['requester'], operations: [] });
    const { body } = await world().call('POST', '/ami-creation/lifecycles', requests.create(), { key });
    await world().call('POST', `/ami-creation/lifecycles/${body.lifecycle_id}/certify`, {}, { key });
    const rows = await world()
      .database.db.selectFrom('audit')
      .selectAll()
      .where('actor', '=', name)
      .orderBy('id')
      .execute();
    expect(rows).toMatchObject([
      { operation: 'creation:post', lifecycleId: body.lifecycle_id, status: 200, code: null },
      {
        operation: 'creation:certify',
        lifecycleId: body.lifecycle_id,
        status: 403,
        code: 'OPERATION_NOT_ALLOWED',
      },
    ]);
  });
};
