import { parseWireDate } from '@ami-publisher/core';
import { describe, expect, it } from 'vitest';
import { requests } from '../support/requests.js';
import type { World } from '../support/world.js';

const channels = [{ method: 'EMAIL', target: 'others@example.org' }];
const mine = { owner: 'someone else', notifications: channels };

/** Whose owner and channels an answer has, and which date of the record it calls the creation's. */
interface Answered {
  readonly from: 'request' | 'record';
  readonly date: 'creation_date' | 'update_date' | 'update of the patch';
}

const ofRecord: Answered = { from: 'record', date: 'creation_date' };

type Ask = (world: World, id: string) => ReturnType<World['call']>;

const writes: readonly (readonly [string, Parameters<World['reach']>[0], Ask, Answered])[] = [
  [
    'an update',
    'build done',
    (world, id) => world.call('PUT', '/ami-creation/lifecycles', { ...requests.update(id), ...mine }),
    { from: 'request', date: 'update_date' },
  ],
  ['a verdict of QA', 'QA request done', (world, id) => world.certify(id), ofRecord],
  ['an approval', 'QA response COMPLETED', (world, id) => world.approve(id, 'FAILED'), ofRecord],
  ['a patch', 'approval COMPLETED', (world, id) => world.createPatch(id, mine), ofRecord],
  [
    'the update of a patch',
    'approval COMPLETED',
    async (world, id) => {
      await world.createPatch(id, mine);
      await world.finish(id, 'PATCH_AMI');
      return world.call('PUT', '/ami-patch/lifecycles', { ...requests.updatePatch(id), ...mine });
    },
    { from: 'record', date: 'update of the patch' },
  ],
];

/** What writes answer, and what updates leave of what was there before. */
export const answerSuite = (world: () => World): void => {
  describe('the answer to a write', () => {
    it.each(writes)(
      '[W-A26] has the owner, channels and date that the original gives: %s',
      async (_what, state, ask, rule) => {
        const id = await world().reach(state);
        const { body } = await ask(world(), id);
        const record = await world().status(id);
        const { owner, notifications } = rule.from === 'request' ? mine : requests.create();
        const dates = {
          creation_date: record.creation_date,
          update_date: record.update_date,
          'update of the patch': record.inputs_ami_patch?.update_date,
        };
        expect(body).toEqual({
          lifecycle_id: id,
          owner,
          creation_date: dates[rule.date],
          notification_channels: notifications,
        });
        expect(parseWireDate(body.creation_date)).toBeInstanceOf(Date);
      },
    );
  });

  describe('an update', () => {
    it('keeps the properties and labels that the AMI was built with, and adds new properties', async () => {
      const id = await world().reach('build done');
      const before = await world().status(id);
      expect(before.update_date).toBeUndefined();
      const more = { product_name: 'x', product_ver: 'x', commit_ref: 'x' };
      const properties = { CI_JOB_URL: 'https://else.example.org', added: 1 };
      const request = { ...requests.update(id), ...more, properties };
      expect((await world().call('PUT', '/ami-creation/lifecycles', request)).status).toBe(200);
      const after = await world().status(id);
      expect(after).toMatchObject({
        product_name: before.product_name,
        product_ver: before.product_ver,
        commit_ref: before.commit_ref,
        properties: { ...before.properties, added: 1 },
      });
      expect(after.update_date).toBeDefined();
    });
  });

  it('is sorted by key, as the original sends it', async () => {
    const id = await world().reach('QA request done');
    const { body } = await world().call('GET', `/ami-creation/lifecycles/${id}/status`);
    const expectSorted = (value: unknown): void => {
      if (typeof value !== 'object' || value === null) return;
      if (!Array.isArray(value)) expect(Object.keys(value)).toEqual(Object.keys(value).toSorted());
      Object.values(value).forEach(expectSorted);
    };
    expectSorted(body);
  });
};
