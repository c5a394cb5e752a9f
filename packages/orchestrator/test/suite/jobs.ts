import { sql } from 'kysely';
import { afterEach, expect, it } from 'vitest';
import type { Database, OrchestratorOptions } from '../../src/index.js';
import { World } from '../support/world.js';

/** Jobs that outlive the servers that work on them. The database is nobody else's. */
export const jobSuite = (database: () => Database): void => {
  const worlds: World[] = [];
  afterEach(async () => {
    await Promise.all(worlds.splice(0).map((world) => world.close()));
    await database().db.deleteFrom('lifecycles').execute();
    await sql`delete from jobs.job`.execute(database().db);
  });

  /** A server of the database, which stays open when the server is closed. */
  const serve = async (options: Partial<OrchestratorOptions> = {}, shared = true): Promise<World> => {
    const own: Database = { db: database().db, shared, close: async () => {} };
    const world = await World.start(own, { pollMs: 50, ...options });
    worlds.push(world);
    return world;
  };

  const stop = async (world: World): Promise<void> => {
    worlds.splice(worlds.indexOf(world), 1);
    await world.close();
  };

  /** A server that works on one lifecycle, and says no more that it does. */
  const hanging = async () => {
    const world = await serve({ concurrency: 1, heartbeatMs: 3_600_000 });
    const id = await world.create();
    return { world, id, held: await world.held.next(id) };
  };

  /** Has nothing been heard of what runs for an hour. Servers that are started afterwards notice by themselves. */
  const silence = async (id: string): Promise<void> => {
    const longAgo = new Date(Date.now() - 3_600_000);
    const { db } = database();
    await db.updateTable('attempts').set({ heartbeatAt: longAgo }).where('lifecycleId', '=', id).execute();
    await sql`update jobs.job set started_on = ${longAgo} where state = 'active'`.execute(db);
  };

  const attempts = async (id: string) =>
    database().db.selectFrom('attempts').selectAll().where('lifecycleId', '=', id).execute();

  it('are gone on with by the next server when one is stopped, as the same attempt, and cleaned up after once', async () => {
    const first = await serve();
    const id = await first.create();
    const { work, signal } = await first.held.next(id);
    await stop(first);
    expect(signal.aborted).toBe(true);
    const second = await serve();
    const again = await second.held.next(id);
    expect(again.work.attempt.id).toBe(work.attempt.id);
    again.finish(second.held.success('BUILD_AMI'));
    await second.client.waitFor(id, 'BUILD_AMI', { pollMs: 5 });
    await expect.poll(() => second.held.cleaned).toEqual([work.attempt.id]);
    expect(first.held.cleaned).toEqual([]);
    expect(await attempts(id)).toMatchObject([{ status: 'COMPLETED', number: 1 }]);
  });

  it('[W-A6] are taken over from a server that is not heard any more, whose result and clean-up come too late', async () => {
    const { world, id, held } = await hanging();
    const other = await serve();
    await silence(id);
    expect(await other.server.service.endOverdue()).toEqual([held.work.attempt.id]);
    expect(await other.server.service.endOverdue()).toEqual([]);
    const taken = await other.held.next(id);
    taken.finish(other.held.success('BUILD_AMI'));
    await other.client.waitFor(id, 'BUILD_AMI', { pollMs: 5 });
    held.finish({ status: 'FAILED', properties: {} });
    await expect.poll(() => other.held.cleaned).toEqual([held.work.attempt.id]);
    await stop(world);
    expect(world.held.cleaned).toEqual([]);
    expect(await attempts(id)).toMatchObject([{ status: 'COMPLETED' }]);
  });

  it('are taken up at once when the database is that of one process, which died', async () => {
    const { id, held } = await hanging();
    const next = await serve({}, false);
    expect((await next.held.next(id)).work.attempt.id).toBe(held.work.attempt.id);
  });

  it('[W-A6] are all worked on when they are fetched together, and none is lost with the one that fails', async () => {
    const busy = await serve({ concurrency: 1 });
    const ids = [await busy.create(), await busy.create(), await busy.create()];
    await busy.held.next(ids[0] ?? '');
    await stop(busy);
    const world = await serve();
    const all = await Promise.all(ids.map((id) => world.held.next(id)));
    all[0]?.fail(new Error('no builder left'));
    for (const { finish } of all.slice(1)) finish(world.held.success('BUILD_AMI'));
    const statuses = async () =>
      (await Promise.all(ids.map(attempts))).map((rows) => rows.map(({ status }) => status));
    await expect.poll(statuses).toEqual([['ERROR'], ['COMPLETED'], ['COMPLETED']]);
  });

  it('are cleaned up after by another when they were called off and their server is not heard any more', async () => {
    const { id, held } = await hanging();
    const other = await serve();
    await other.call('POST', `/lifecycles/${id}/cancel`);
    await silence(id);
    await other.server.service.endOverdue();
    await expect.poll(() => other.held.cleaned).toEqual([held.work.attempt.id]);
    expect(other.held.count(id)).toBe(0);
  });

  it('[W-A6] end as an error after they have been taken up too often', async () => {
    const { world, id } = await hanging();
    await silence(id);
    await sql`update jobs.job set retry_count = retry_limit`.execute(database().db);
    await world.server.service.endOverdue();
    await silence(id);
    await world.server.service.endOverdue();
    expect((await world.status(id)).event_in_progress).toMatchObject({
      status: 'ERROR',
      error_message: expect.stringContaining('nobody has been heard to work on it'),
    });
  });

  it('wait for their turn as long as it takes, and have no more in them than ids', async () => {
    const world = await serve({ concurrency: 1 });
    const [first, second] = [await world.create(), await world.create()];
    const held = await world.held.next(first);
    await silence(second);
    await sql`update jobs.job set started_on = now() where state = 'active'`.execute(database().db);
    await world.server.service.endOverdue();
    expect((await world.status(second)).event_in_progress?.status).toBeUndefined();
    const { rows } = await sql<{ data: object }>`select data from jobs.job`.execute(database().db);
    expect(rows.map(({ data }) => Object.keys(data).sort())).toEqual(
      Array.from({ length: 2 }, () => ['attemptId', 'lifecycleId']),
    );
    expect(world.held.count(second)).toBe(0);
    held.finish(world.held.success('BUILD_AMI'));
    await world.finish(second, 'BUILD_AMI');
  });
};
