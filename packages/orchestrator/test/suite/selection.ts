import { LifecycleClient, type SelectionCriteria } from '@ami-publisher/core';
import { describe, expect, it } from 'vitest';
import { requests } from '../support/requests.js';
import type { World } from '../support/world.js';

/** Which AMI is found for whoever wants one. */
export const selectionSuite = (world: () => World): void => {
  describe('the selection of an AMI', () => {
    const select = (criteria: SelectionCriteria) => world().client.select(criteria);
    const none = { code: 'AMI_NOT_FOUND' };

    it('[W-S2] takes those that have completed the event of a stage, and no others', async () => {
      const stack_tag = 'select-stages';
      const id = await world().reach('vuln done', { stack_tag });
      for (const lifecycle_event of [
        'AMI_WITH_OS_HARDENING',
        'SMOKE_TESTED',
        'VULNERABILITY_SCANNED',
      ] as const)
        expect(await select({ stack_tag, lifecycle_event })).toMatchObject({ lifecycle_id: id });
      for (const lifecycle_event of ['QA_CERTIFICATION_REQUESTED', 'QA_CERTIFIED'] as const)
        await expect(select({ stack_tag, lifecycle_event })).rejects.toMatchObject(none);
      const early = await world().reach('smoke done', { stack_tag: 'select-early' });
      const scanned = { stack_tag: 'select-early', lifecycle_event: 'VULNERABILITY_SCANNED' } as const;
      await expect(select(scanned)).rejects.toMatchObject(none);
      expect(await select({ stack_tag: 'select-early' })).toMatchObject({ lifecycle_id: early });
    });

    it('[W-S3] never takes one that was refused', async () => {
      const stack_tag = 'select-refused';
      await world().reach('approval FAILED', { stack_tag });
      await expect(select({ stack_tag })).rejects.toMatchObject(none);
    });

    it('takes the highest version that all criteria fit', async () => {
      const stack_tag = 'select-versions';
      const id = await world().reach('approval COMPLETED', { stack_tag, product_ver: '4.2.0' });
      const found = await select({ stack_tag, lifecycle_event: 'PRODUCTION_APPROVED', product_ver: '4.2.0' });
      expect(found).toMatchObject({
        ...{ lifecycle_id: id, ami_semver: '1.0.0', aws_region: 'eu-west-1', account_id: '111122223333' },
        ...{ lifecycle_type: 'ami-creation', lifecycle_event: 'MARK_FOR_PRODUCTION_CREATE', stack_tag },
      });
      await world().client.createPatch({ ...requests.createPatch(id), stack_tag } as never);
      await world().finish(id, 'PATCH_AMI');
      expect(await select({ stack_tag })).toMatchObject({ ami_semver: '1.0.1', lifecycle_type: 'ami-patch' });
      expect(await select({ stack_tag, lifecycle_event: 'QA_CERTIFIED' })).toEqual(found);
      expect(await select({ stack_tag, ami_semver: '1.0.0' })).toEqual(found);
      for (const criterion of [
        { product_ver: '5' },
        { aws_region: 'us-east-1' },
        { commit_ref: 'none' },
        { account_id: '1' },
      ])
        await expect(select({ stack_tag, ...criterion })).rejects.toMatchObject(none);
    });

    it('refuses a stage that there is not', async () => {
      const { status, body } = await world().call('GET', '/amis/selected?lifecycle_event=DONE');
      expect([status, body.code]).toEqual([422, 'REQUEST_VALUE_INVALID']);
    });

    it('takes the key in the header, of a client of the original as well', async () => {
      const stack_tag = 'select-legacy';
      const id = await world().reach('build done', { stack_tag });
      const connection = { endpoint: world().server.url, apiKey: world().key, legacy: true };
      const client = new LifecycleClient({ connection });
      expect(await client.select({ stack_tag })).toMatchObject({ lifecycle_id: id });
      await expect(client.retry(id)).rejects.toMatchObject({ code: 'EVENT_NOT_RUNNING' });
      await expect(client.cancel(id)).rejects.toMatchObject({ code: 'EVENT_NOT_RUNNING' });
    });
  });
};
