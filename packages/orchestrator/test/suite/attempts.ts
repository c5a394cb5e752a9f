import { describe, expect, it } from 'vitest';
import { requests } from '../support/requests.js';
import type { World } from '../support/world.js';

const S = 'SMOKE_TESTS_AMI_CREATE';

/** Attempts: one at a time, the current one's result only, called off, tried again, given up. */
export const attemptSuite = (world: () => World): void => {
  const attempts = async (id: string) =>
    (await world().call('GET', `/lifecycles/${id}/attempts`)).body as {
      id: string;
      event: string;
      attempt: number;
      status: string;
      error: string | null;
    }[];
  const cancel = (id: string) => world().call('POST', `/lifecycles/${id}/cancel`);
  const retry = (id: string) => world().call('POST', `/lifecycles/${id}/retry`);
  const broken = async (id: string) =>
    expect.poll(async () => (await world().status(id)).event_in_progress?.status).toBeDefined();

  it('[W-A7] lets one of many that ask at once begin', async () => {
    const id = await world().reach('build done');
    const answers = await Promise.all(Array.from({ length: 8 }, () => world().update(id, S)));
    expect(answers.map(({ status }) => status).sort()).toEqual([
      200,
      ...Array.from({ length: 7 }, () => 409),
    ]);
    expect((await attempts(id)).filter(({ event }) => event === S)).toHaveLength(1);
    const approvable = await world().reach('QA response COMPLETED');
    const approvals = await Promise.all(Array.from({ length: 4 }, () => world().approve(approvable)));
    expect(approvals.map(({ status }) => status).sort()).toEqual([200, 409, 409, 409]);
  });

  it('[W-A9] loses nothing of updates that come at once', async () => {
    const id = await world().reach('build done');
    const names = Array.from({ length: 8 }, (_, index) => `update ${index}`);
    const update = (name: string) =>
      world().call('PUT', '/ami-creation/lifecycles', {
        ...requests.update(id),
        properties: { [name]: true },
      });
    const answers = await Promise.all(names.map(update));
    expect(answers.map(({ status }) => status)).toEqual(names.map(() => 200));
    expect((await world().status(id)).properties).toMatchObject(
      Object.fromEntries(names.map((name) => [name, true])),
    );
  });

  it('lets the database itself refuse a second attempt in progress, and a second completed one', async () => {
    const id = await world().create();
    const { db } = world().database;
    const [running] = await db.selectFrom('attempts').selectAll().where('lifecycleId', '=', id).execute();
    const copy = (more: object) =>
      db
        .insertInto('attempts')
        .columns([
          'id',
          'lifecycleId',
          'patchNumber',
          'event',
          'number',
          'status',
          'actor',
          'input',
          'result',
          'startedAt',
          'heartbeatAt',
          'endedAt',
        ])
        .values({
          ...{
            id: crypto.randomUUID(),
            lifecycleId: id,
            patchNumber: 0,
            event: S,
            number: 7,
            actor: '',
            input: '{}',
          },
          ...{
            startedAt: new Date(),
            heartbeatAt: new Date(),
            endedAt: null,
            result: null,
            status: 'RUNNING',
          },
          ...more,
        } as never)
        .execute();
    expect(running?.status).toBe('RUNNING');
    await expect(copy({})).rejects.toThrow('attempts_running');
    const done = { status: 'COMPLETED', result: '{}', endedAt: new Date() };
    await copy(done);
    await expect(copy({ ...done, number: 8 })).rejects.toThrow('attempts_completed');
    await expect(copy({ ...done, number: 9, result: null })).rejects.toThrow('check');
  });

  it('[W-A8] takes one result of an attempt', async () => {
    const id = await world().create();
    const { work, finish } = await world().held.next(id);
    const verdict = world().held.success('BUILD_AMI');
    finish(verdict);
    await world().client.waitFor(id, 'BUILD_AMI', { pollMs: 2 });
    await expect(world().server.service.finishAttempt(id, work.attempt.id, verdict)).rejects.toMatchObject({
      code: 'ATTEMPT_OUTDATED',
    });
    expect((await world().status(id)).outputs_ami_creation?.events).toHaveLength(1);
  });

  it('[W-A12] calls off what is in progress, tells the executor, and takes no result of it', async () => {
    const id = await world().create();
    const held = await world().held.next(id);
    expect((await cancel(id)).status).toBe(200);
    expect((await world().status(id)).event_in_progress).toBeUndefined();
    await expect.poll(() => held.signal.aborted).toBe(true);
    await expect.poll(() => world().held.cleaned).toContain(held.work.attempt.id);
    expect(await cancel(id)).toMatchObject({ status: 409, body: { code: 'EVENT_NOT_RUNNING' } });
    expect(await attempts(id)).toMatchObject([{ event: 'BUILD_AMI', attempt: 1, status: 'CANCELLED' }]);
  });

  it('[W-A25] keeps every attempt, and tries the last one again when it is asked to', async () => {
    const id = await world().create();
    (await world().held.next(id)).fail(new Error('no builder left'));
    await broken(id);
    expect((await world().status(id)).event_in_progress).toMatchObject({
      name: 'BUILD_AMI',
      status: 'ERROR',
      error_message: 'no builder left',
    });
    expect((await retry(id)).status).toBe(200);
    await world().finish(id, 'BUILD_AMI');
    expect(await attempts(id)).toMatchObject([
      { attempt: 1, status: 'ERROR', error: 'no builder left' },
      { attempt: 2, status: 'COMPLETED', error: null },
    ]);
    expect((await world().status(id)).event_in_progress).toBeUndefined();
    expect(await retry(id)).toMatchObject({ status: 409, body: { code: 'EVENT_NOT_RUNNING' } });
  });

  it('tries no verdict of a person again, but the work of an approval', async () => {
    const refused = await world().reach('approval FAILED');
    expect(await retry(refused)).toMatchObject({ status: 409, body: { code: 'EVENT_NOT_RUNNING' } });
    await world().approve(refused);
    (await world().held.next(refused)).fail(new Error('no bucket'));
    await broken(refused);
    expect((await retry(refused)).status).toBe(200);
    await world().finish(refused, 'MARK_FOR_PRODUCTION_CREATE');
    expect((await world().status(refused)).outputs_ami_creation?.events.at(-1)).toMatchObject({
      properties: { approval_status: 'APPROVED', change_ticket: 'CHG-2201' },
    });
  });

  it.each([
    ['an error', new Error('no builder left'), 'no builder left'],
    ['a text', 'no disk', 'no disk'],
    ['nothing', undefined, 'undefined'],
  ])('[W-E5] tells what went wrong where %s is thrown', async (_what, thrown, told) => {
    const id = await world().create();
    (await world().held.next(id)).fail(thrown as Error);
    await broken(id);
    expect((await world().status(id)).event_in_progress).toMatchObject({
      name: 'BUILD_AMI',
      status: 'ERROR',
      error_message: told,
    });
  });

  it('takes a build that gives no AMI for an error', async () => {
    const id = await world().create();
    (await world().held.next(id)).finish({ status: 'COMPLETED', properties: { ami_details: [] } });
    await broken(id);
    expect((await world().status(id)).event_in_progress?.error_message).toContain('no AMI');
  });

  it('cleans up after every attempt, however it ended', async () => {
    const id = await world().create();
    const { work, finish } = await world().held.next(id);
    finish({ status: 'FAILED', properties: {} });
    await world().client.waitFor(id, 'BUILD_AMI', { pollMs: 2 });
    await expect.poll(() => world().held.cleaned).toContain(work.attempt.id);
  });

  it('[W-E7] keeps the result of an attempt that cannot be cleaned up after', async () => {
    const id = await world().create();
    const { work, finish } = await world().held.next(id);
    world().held.stuck.add(work.attempt.id);
    finish(world().held.success('BUILD_AMI'));
    const result = await world().client.waitFor(id, 'BUILD_AMI', { pollMs: 2, timeoutMs: 5_000 });
    expect(result.status).toBe('COMPLETED');
    await expect.poll(() => world().held.cleaned).toContain(work.attempt.id);
    expect((await world().update(id, S)).status).toBe(200);
  });

  it('deletes a lifecycle in which nothing runs, and remembers who did', async () => {
    const id = await world().create();
    const remove = () => world().call('DELETE', `/lifecycles/${id}`);
    expect(await remove()).toMatchObject({ status: 409, body: { code: 'EVENT_RUNNING' } });
    await cancel(id);
    expect(await remove()).toMatchObject({ status: 200, body: { lifecycle_id: id } });
    expect((await world().call('GET', `/ami-creation/lifecycles/${id}/status`)).status).toBe(404);
    const rows = await world()
      .database.db.selectFrom('audit')
      .selectAll()
      .where('lifecycleId', '=', id)
      .execute();
    expect(rows.map(({ operation, status }) => [operation, status])).toContainEqual(['delete', 200]);
  });

  describe('an attempt of which nothing is heard', () => {
    const age = (id: string, column: 'startedAt' | 'heartbeatAt', minutes: number) =>
      world()
        .database.db.updateTable('attempts')
        .set({ [column]: new Date(Date.now() - minutes * 60_000) })
        .where('lifecycleId', '=', id)
        .execute();

    it('[W-A24] is given up after four hours, by the server and not by who looks', async () => {
      const id = await world().create();
      const held = await world().held.next(id);
      await age(id, 'startedAt', 241);
      expect((await world().status(id)).event_in_progress?.status).toBeUndefined();
      await world().server.service.endOverdue();
      const { event_in_progress } = await world().status(id);
      expect(event_in_progress).toMatchObject({
        status: 'ERROR_EVENT_TIMEOUT',
        error_message: `Event in progress has been running for more than 240 minutes. This most likely indicates a state machine timeout or failure. Please check the executing state machine for more details. ${event_in_progress?.execution_arn}`,
        stack_trace: 'See error_message',
      });
      expect(await world().status(id)).toEqual(await world().status(id));
      await expect.poll(() => held.signal.aborted).toBe(true);
    });

    it('[W-A2] leaves the list as it is for everybody else', async () => {
      const stack_tag = 'one-is-late';
      const late = await world().create({ stack_tag });
      const other = await world().create({ stack_tag });
      await age(late, 'startedAt', 241);
      await world().server.service.endOverdue();
      const { body } = await world().call('GET', `/ami-creation/lifecycles/status?stack_tag=${stack_tag}`);
      expect(body.map(({ lifecycle_id }: { lifecycle_id: string }) => lifecycle_id).sort()).toEqual(
        [late, other].sort(),
      );
    });

    it('is given up when its worker has been silent for three minutes', async () => {
      // Seeded: nobody runs it, so that nobody is heard.
      const id = await world().reach('build running');
      await age(id, 'heartbeatAt', 2);
      await world().server.service.endOverdue();
      expect((await world().status(id)).event_in_progress?.status).toBeUndefined();
      await age(id, 'heartbeatAt', 4);
      await world().server.service.endOverdue();
      expect((await world().status(id)).event_in_progress).toMatchObject({
        status: 'ERROR',
        error_message: expect.stringContaining('nobody has been heard to work on it'),
      });
    });

    it('is heard of while it runs', async () => {
      const id = await world().create();
      await world().held.next(id);
      await age(id, 'heartbeatAt', 6);
      await expect
        .poll(async () => {
          const [row] = await world()
            .database.db.selectFrom('attempts')
            .selectAll()
            .where('lifecycleId', '=', id)
            .execute();
          return Date.now() - (row?.heartbeatAt.getTime() ?? 0);
        })
        .toBeLessThan(60_000);
    });
  });

  it('writes down what there is to tell, with whom', async () => {
    const id = await world().create({
      notifications: [{ method: 'HTTP', target: 'https://example.org/hook' }],
    });
    await world().finish(id, 'BUILD_AMI');
    const { body } = await world().call('GET', `/lifecycles/${id}/notifications`);
    const told = { method: 'HTTP', target: 'https://example.org' };
    expect(body).toMatchObject([
      { ...told, kind: 'STARTED', event: 'BUILD_AMI' },
      { ...told, kind: 'COMPLETED', event: 'BUILD_AMI' },
      { ...told, kind: 'NOTHING_STARTED', event: null },
    ]);
  });

  it('[W-A20] tells whom an update and a patch name', async () => {
    const id = await world().reach('approval COMPLETED');
    const notifications = [{ method: 'EMAIL', target: 'patchers@example.org' }];
    await world().createPatch(id, { notifications });
    const { body } = await world().call('GET', `/lifecycles/${id}/notifications`);
    const told = (body as { target: string; event: string }[]).filter(({ event }) => event === 'PATCH_AMI');
    expect(told.map(({ target }) => target)).toEqual(['patchers@example.org', 'team@example.org']);
  });
};
