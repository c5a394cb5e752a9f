import { type CreateRequest, LifecycleClient } from '@ami-publisher/core';
import { describe, expect, it } from 'vitest';
import { creationEvents, patchEvents, requests } from '../support/requests.js';
import type { World } from '../support/world.js';

const wireDate = expect.stringMatching(/^\d\d\/\d\d\/\d{4}, \d\d:\d\d:\d\d$/);
const every = [
  'BUILD_AMI',
  'SMOKE_TESTS_AMI_CREATE',
  'VULNERABILIY_SCANS_AMI_CREATE',
  'QA_CERTIFICATION_REQUEST',
] as const;

/** What becomes of a lifecycle, and what its record says. */
export const recordSuite = (world: () => World): void => {
  it('goes from build through all events and two patches, by requests alone', async () => {
    const { client } = world();
    const create = { ...requests.create(), stack_tag: 'whole-way', events: creationEvents(...every) };
    const { lifecycle_id: id, ...answer } = await client.create(create as CreateRequest);
    expect(answer).toEqual({
      owner: 'release-bot',
      creation_date: wireDate,
      notification_channels: requests.create().notifications,
    });
    for (const event of every) await world().finish(id, event);
    const tagged = { stack_tag: 'whole-way' } as const;
    await client.certify({ ...requests.certify(id), ...tagged, certification_status: 'CERTIFIED' });
    await client.approve({ ...requests.approve(id), ...tagged, approval_status: 'APPROVED' });
    await world().finish(id, 'MARK_FOR_PRODUCTION_CREATE', {
      status: 'COMPLETED',
      properties: { s3_bucket: 'backup', s3_object_key: 'ami.bin' },
    });
    for (const bump of ['MINOR', 'PATCH']) {
      const patch = requests.createPatch(id);
      const events = patchEvents('PATCH_AMI', 'SMOKE_TESTS_AMI_PATCH', 'VULNERABILITY_SCANS_AMI_PATCH');
      const properties = { ...patch.properties, semver_bump_type: bump };
      await client.createPatch({ ...patch, ...tagged, events, properties } as never);
      await world().finish(id, 'PATCH_AMI');
      await world().finish(id, 'SMOKE_TESTS_AMI_PATCH');
      await world().finish(id, 'VULNERABILITY_SCANS_AMI_PATCH');
      await client.approvePatch({ ...requests.approve(id), ...tagged, approval_status: 'APPROVED' });
      await world().finish(id, 'MARK_FOR_PRODUCTION_PATCH');
    }
    const record = await world().status(id);
    expect(record).toMatchObject({
      outputs_ami_creation: {
        events: [
          { name: 'BUILD_AMI', product_ver: '4.2.0', properties: { ami_details: [{ ami_semver: '1.0.0' }] } },
          { name: 'SMOKE_TESTS_AMI_CREATE', operation_type: 'ami-creation' },
          { name: 'VULNERABILIY_SCANS_AMI_CREATE', operation_type: 'ami-creation' },
          { name: 'QA_CERTIFICATION_REQUEST' },
          {
            name: 'QA_CERTIFICATION_RESPONSE',
            certification_status: 'CERTIFIED',
            properties: { qa_owner: 'j.doe' },
          },
          {
            name: 'MARK_FOR_PRODUCTION_CREATE',
            properties: { approval_status: 'APPROVED', change_ticket: 'CHG-2201', s3_bucket: 'backup' },
          },
        ].map((event) => ({ ...event, status: 'COMPLETED', status_date: wireDate, lifecycle_id: id })),
      },
      outputs_ami_patch: {
        patch_history: {
          historical: [{ events: [{ name: 'PATCH_AMI', semver_bump_type: 'MINOR' }, {}, {}, {}] }],
          current: {
            events: [
              {
                name: 'PATCH_AMI',
                commit_ref: requests.createPatch(id).commit_ref,
                properties: { ami_details: [{ ami_semver: '1.1.1' }] },
              },
              { name: 'SMOKE_TESTS_AMI_PATCH', operation_type: 'ami-patch' },
              { name: 'VULNERABILITY_SCANS_AMI_PATCH', operation_type: 'ami-patch' },
              { name: 'MARK_FOR_PRODUCTION_PATCH', properties: { change_ticket: 'CHG-2201' } },
            ],
          },
        },
      },
    });
    const [current] = record.outputs_ami_patch?.patch_history.current?.events ?? [];
    expect(current?.properties?.ami_ancestry).toMatch(/^ami-\d{8} \(v1\.0\.0\) -> ami-\d{8} \(v1\.1\.0\)$/);
  });

  describe('what an answer says', () => {
    it('is the date of the update, and what was skipped', async () => {
      const id = await world().reach('smoke done');
      const request = {
        ...requests.update(id, creationEvents('SMOKE_TESTS_AMI_CREATE')),
        owner: 'someone else',
      };
      const { body } = await world().call('PUT', '/ami-creation/lifecycles', request);
      const record = await world().status(id);
      expect(body).toEqual({
        lifecycle_id: id,
        owner: 'someone else',
        creation_date: record.update_date,
        notification_channels: request.notifications,
        skipped_events: ['SMOKE_TESTS_AMI_CREATE'],
      });
    });

    it('is about the creation where a patch was asked for', async () => {
      const id = await world().reach('approval COMPLETED');
      expect((await world().createPatch(id)).body).toMatchObject({
        owner: 'release-bot',
        creation_date: wireDate,
      });
    });
  });

  it('[W-A19] keeps the inputs of each patch, and the commit where an update names none', async () => {
    const id = await world().reach('approval COMPLETED');
    await world().createPatch(id);
    await world().finish(id, 'PATCH_AMI');
    await world().updatePatch(id);
    const { inputs_ami_patch } = await world().status(id);
    expect(inputs_ami_patch).toMatchObject({
      owner: 'patch-bot',
      commit_ref: requests.createPatch(id).commit_ref,
      properties: { patch_change_description: 'update openssl' },
    });
    await world().createPatch(id, {
      ...{ base: 'latest', commit_ref: 'another' },
      properties: { ...requests.createPatch(id).properties, patch_change_description: 'second' },
    });
    expect((await world().status(id)).inputs_ami_patch).toMatchObject({
      commit_ref: 'another',
      properties: { patch_change_description: 'second' },
    });
  });

  it('[W-A29] holds more of patches than fits into one item', async () => {
    const id = await world().reach('approval COMPLETED');
    const report = 'x'.repeat(200_000);
    for (let patch = 1; patch <= 3; patch += 1) {
      await world().createPatch(id, { base: 'latest' });
      const { properties } = world().held.success('PATCH_AMI');
      await world().finish(id, 'PATCH_AMI', { status: 'COMPLETED', properties: { ...properties, report } });
    }
    const { outputs_ami_patch } = await world().status(id);
    const told = JSON.stringify(outputs_ami_patch).match(/x{200000}/g);
    expect(told).toHaveLength(3);
  });

  it('[W-A21] [W-A4] keeps what was said with a refusal, of creations and of patches', async () => {
    const id = await world().reach('approval FAILED');
    const refusal = {
      status: 'FAILED',
      properties: {
        approval_status: 'FAILED',
        change_ticket: 'CHG-2201',
        s3_bucket: 'NOT_APPLICABLE',
        s3_object_key: 'NOT_APPLICABLE',
      },
    };
    expect((await world().status(id)).outputs_ami_creation?.events.at(-1)).toMatchObject(refusal);
    await world().approve(id);
    await world().finish(id, 'MARK_FOR_PRODUCTION_CREATE');
    await world().createPatch(id);
    await world().finish(id, 'PATCH_AMI');
    await world().updatePatch(id, 'SMOKE_TESTS_AMI_PATCH', 'VULNERABILITY_SCANS_AMI_PATCH');
    await world().finish(id, 'SMOKE_TESTS_AMI_PATCH');
    await world().finish(id, 'VULNERABILITY_SCANS_AMI_PATCH');
    expect((await world().approve(id, 'FAILED', 'ami-patch')).status).toBe(200);
    const record = await world().status(id);
    expect(record.outputs_ami_patch?.patch_history.current?.events.at(-1)).toMatchObject({
      name: 'MARK_FOR_PRODUCTION_PATCH',
      ...refusal,
    });
  });

  it('[W-A5] puts a second result of a patch event in the place of the first', async () => {
    const id = await world().reach('approval COMPLETED');
    const event = 'SMOKE_TESTS_AMI_PATCH';
    await world().createPatch(id);
    await world().finish(id, 'PATCH_AMI');
    await world().updatePatch(id, event);
    await world().finish(id, event, { status: 'FAILED', properties: { first: true } });
    await world().updatePatch(id, event);
    await world().finish(id, event, { status: 'COMPLETED', properties: { second: true } });
    const events = (await world().status(id)).outputs_ami_patch?.patch_history.current?.events;
    expect(events?.slice(1)).toMatchObject([
      { name: event, status: 'COMPLETED', properties: { second: true } },
    ]);
  });

  it('[W-S5] has URLs without keys', async () => {
    const id = await world().create();
    const { timeline } = await world().status(id);
    expect(timeline?.ami_creation).toBe(`${world().server.url}/ami-creation/lifecycles/${id}/timeline`);
  });

  it('[W-S7] says no more of a lifecycle without an AMI than its id', async () => {
    const id = await world().create();
    (await world().held.next(id)).finish({ status: 'FAILED', properties: {} });
    await world().client.waitFor(id, 'BUILD_AMI', { pollMs: 2 });
    expect((await world().update(id, 'SMOKE_TESTS_AMI_CREATE')).body).toEqual({
      error: `Unable to get the detail of the created ami. ${id}`,
      code: 'EVENT_OUT_OF_ORDER',
    });
  });

  it('[W-S3] [W-A22] raises the score of a lookup row by completed events only, under the commit of the patch', async () => {
    const id = await world().reach('QA response FAILED');
    const rows = () =>
      world()
        .database.db.selectFrom('amiLookup')
        .selectAll()
        .where('lifecycleId', '=', id)
        .orderBy('patchNumber')
        .execute();
    expect(await rows()).toMatchObject([
      {
        lifecycleScore: 4,
        lifecycleEvent: 'QA_CERTIFICATION_REQUEST',
        failedEvent: 'QA_CERTIFICATION_RESPONSE',
      },
    ]);
    await world().certify(id);
    await world().approve(id, 'FAILED');
    expect(await rows()).toMatchObject([{ lifecycleScore: 5, failedEvent: 'MARK_FOR_PRODUCTION_CREATE' }]);
    await world().approve(id);
    await world().finish(id, 'MARK_FOR_PRODUCTION_CREATE');
    await world().createPatch(id);
    await world().finish(id, 'PATCH_AMI');
    expect(await rows()).toMatchObject([
      {
        lifecycleScore: 6,
        failedEvent: null,
        completedEvents: expect.arrayContaining(['QA_CERTIFICATION_RESPONSE']),
      },
      { lifecycleScore: 1, amiSemver: '1.0.1', commitRef: requests.createPatch(id).commit_ref },
    ]);
  });

  it('[W-A10] gives builds of one branch that end at once versions of their own', async () => {
    const stack_tag = 'concurrent';
    const ids = await Promise.all([1, 2, 3, 4].map(() => world().create({ stack_tag })));
    await Promise.all(ids.map((id) => world().finish(id, 'BUILD_AMI')));
    const records = await Promise.all(ids.map((id) => world().status(id)));
    const versions = records.map((record) => {
      const details = record.outputs_ami_creation?.events[0]?.properties?.ami_details as {
        ami_semver: string;
      }[];
      return details[0]?.ami_semver;
    });
    expect(versions.sort()).toEqual(['1.0.0', '2.0.0', '3.0.0', '4.0.0']);
  });

  describe('the list', () => {
    it('[W-A23] is filtered, sorted, and read page by page', async () => {
      const ids: string[] = [];
      for (let index = 0; index < 5; index += 1)
        ids.push(await world().reach('build done', { stack_tag: 'listed' }));
      await world().reach('build done', { stack_tag: 'listed', product_name: 'other' });
      const read = async (more: object) => {
        const found: string[] = [];
        const filter = { stackTag: 'listed', productName: 'edge-gateway', pageSize: 2, ...more };
        for await (const { lifecycle_id } of world().client.list(filter)) found.push(lifecycle_id);
        return found;
      };
      expect([...(await read({}))].sort()).toEqual([...ids].sort());
      expect(await read({ newestFirst: true })).toEqual((await read({ type: 'ami-patch' })).reverse());
    });

    it.each([['limit=0'], ['limit=x'], ['limit=1001'], ['sort=owner'], ['colour=red']])(
      'refuses %s',
      async (query) => {
        expect((await world().call('GET', `/ami-creation/lifecycles/status?${query}`)).status).toBe(422);
      },
    );

    it('refuses a place that no page ended at', async () => {
      expect((await world().call('GET', '/ami-creation/lifecycles/status?after=nowhere')).status).toBe(400);
    });
  });

  describe('the timeline', () => {
    it('has a link to the disk that QA gets', async () => {
      const id = await world().reach('smoke done');
      const { body } = await world().call('GET', `/lifecycles/${id}/export`);
      expect(body).toMatchObject({ url: expect.stringContaining(id), bytes: 4_096 });
    });

    it('[W-S13] shows every event, and escapes what others wrote', async () => {
      const id = await world().reach('smoke done', { product_name: '<script>alert(1)</script>' });
      const page = await world().client.timeline(id);
      expect(page).toMatch(/data-event="BUILD_AMI" data-status="COMPLETED">/);
      expect(page).toMatch(/data-event="VULNERABILIY_SCANS_AMI_CREATE" data-status="NOT_STARTED">/);
      expect(page).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
      // The one script that there is comes from this server.
      expect(page.match(/<script[^>]*>/g)).toEqual([
        expect.stringMatching(/^<script src="\/assets\/[^"]+" defer>$/),
      ]);
      expect(page).not.toMatch(/(src|href|action)="(https?:|\/\/)/);
      const { headers } = await world().call('GET', `/ami-creation/lifecycles/${id}/timeline`);
      expect(headers.get('content-security-policy')).toContain("default-src 'none'");
    });

    it('of a patch shows the one that is being made', async () => {
      const id = await world().reach('approval COMPLETED');
      await world().createPatch(id);
      const page = await world().client.timeline(id, { type: 'ami-patch' });
      expect(page).toMatch(/data-event="PATCH_AMI" data-status="RUNNING">/);
      expect(page).toContain('Awaiting PATCH_AMI event completion');
    });
  });

  it('is reached by a client that has no key in its URLs', async () => {
    const client = new LifecycleClient({ connection: { endpoint: world().server.url, apiKey: world().key } });
    const id = await world().reach('build done');
    expect(await client.statusUrl(id)).toBe(`${world().server.url}/ami-creation/lifecycles/${id}/status`);
    expect(await client.timelineUrl(id, { type: 'ami-patch' })).not.toContain('api_key');
  });
};
