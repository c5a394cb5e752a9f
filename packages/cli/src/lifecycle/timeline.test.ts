import type { LifecycleRecord } from '@ami-publisher/core';
import { describe, expect, it } from 'vitest';
import { coloursFor } from '../output/colours.js';
import { drawTimeline } from './timeline.js';

const plain = coloursFor({ isTTY: false }, {});
const lifecycle_id = '0f9a6c1e-58a1-4b7c-9a41-6d1f2d1f9c55';
const result = (name: string, properties = {}, status = 'COMPLETED') => ({
  ...{ name, status, properties, lifecycle_id, status_date: '03/14/2026, 10:12:40' },
});
const ami = { image: 'ami-0abc', ami_semver: '3.0.0', accountId: '111122223333', region: 'eu-west-1' };
const record: LifecycleRecord = {
  ...{ lifecycle_id, creation_date: '03/14/2026, 09:26:53', stack_tag: 'main', owner: 'release-bot' },
  ...{ product_name: 'edge-gateway', product_ver: '4.2.0', commit_ref: '9f1c2b7', notifications: [] },
  inputs_ami_creation: { events: [] },
  event_in_progress: {
    name: 'VULNERABILIY_SCANS_AMI_CREATE',
    execution_startdate: '03/14/2026, 10:41:07',
  },
  outputs_ami_creation: {
    events: [result('BUILD_AMI', { ami_details: [ami] }), result('SMOKE_TESTS_AMI_CREATE')],
  },
};

describe('a timeline', () => {
  it('shows the attributes of a lifecycle, then its events from top to bottom', () => {
    expect(drawTimeline(record, 'ami-creation', plain)).toBe(
      [
        `AMI Creation Timeline - ${lifecycle_id}`,
        '',
        'Stack Tag        main',
        'Owner            release-bot',
        'Product Name     edge-gateway',
        'Product Version  4.2.0',
        'SHA1 Commit Ref  9f1c2b7',
        'Created          03/14/2026, 09:26:53',
        '',
        '● AMI Build and Creation      COMPLETED  03/14/2026, 10:12:40',
        '│   ami-0abc v3.0.0 111122223333,eu-west-1',
        '● Smoke Tests                 COMPLETED  03/14/2026, 10:12:40',
        '◐ Vulnerability Scans         EVENT_IN_PROGRESS  03/14/2026, 10:41:07',
        '○ QA Certification Request    NOT_STARTED',
        '○ QA Certification Response   NOT_STARTED',
        '○ Approve AMI for Production  NOT_STARTED',
        '',
      ].join('\n'),
    );
  });

  it('shows what an event came to nothing by, and refusals', () => {
    const failed: LifecycleRecord = {
      ...record,
      event_in_progress: {
        ...{ name: 'SMOKE_TESTS_AMI_CREATE', execution_startdate: '03/14/2026, 10:41:07' },
        ...{ status: 'ERROR', status_date: '03/14/2026, 10:50:00', error_message: 'no such AMI' },
      },
      outputs_ami_creation: { events: [result('QA_CERTIFICATION_RESPONSE', {}, 'FAILED')] },
    };
    const drawn = drawTimeline(failed, 'ami-creation', plain);
    expect(drawn).toContain(
      '✗ Smoke Tests                 EVENT_IN_PROGRESS_WITH_ERROR  03/14/2026, 10:50:00',
    );
    expect(drawn).toContain('│   no such AMI\n');
    expect(drawn).toContain('✗ QA Certification Response   FAILED');
  });

  it('of a patch has its commit, and begins anew while a patch is being made', () => {
    const patched: LifecycleRecord = {
      ...record,
      inputs_ami_patch: {
        ...{ owner: 'patch-bot', update_date: '', notifications: [], events: [], commit_ref: '1a2b3c4' },
      },
      event_in_progress: { name: 'PATCH_AMI', execution_startdate: '03/15/2026, 08:00:00' },
      outputs_ami_patch: {
        patch_history: { current: { events: [result('PATCH_AMI'), result('SMOKE_TESTS_AMI_PATCH')] } },
      },
    };
    const drawn = drawTimeline(patched, 'ami-patch', plain);
    expect(drawn).toContain('SHA1 Commit Ref  1a2b3c4');
    expect(drawn).toContain('◐ AMI Patch                   EVENT_IN_PROGRESS');
    expect(drawn).toContain('○ Smoke Tests                 NOT_STARTED');
  });
});
