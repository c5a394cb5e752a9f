import type { PublicationResults, TargetResult } from '@ami-publisher/core';
import { describe, expect, it } from 'vitest';
import { outcomeOf } from './publish.js';

const common = { region: 'us-east-1', bestEffort: false, durationsMs: {}, durationMs: 1_000 };
const failed = { ...common, status: 'failed', step: 'register', code: 'ACCESS_DENIED' } as const;

const resultsOf = (...targets: TargetResult[]): PublicationResults => ({
  ...{ version: 1, publicationId: 'pub-1', stream: 'base/debian', leaf: '1', manifestDigest: 'd' },
  ...{ amiName: 'base/debian/1', ok: false, partial: true, targets },
});

describe('what a publication answers with', () => {
  it('tells AMIs from failures, and best effort from the rest', () => {
    const { outputs, annotations, ok } = outcomeOf(
      resultsOf(
        { ...common, account: 'a', status: 'skipped', reason: 'it is there', imageId: 'ami-1' },
        { ...failed, account: 'b', message: 'b,us-east-1: denied | <b>', imageId: 'ami-2' },
        { ...failed, account: 'c', message: 'c,us-east-1: denied', bestEffort: true },
      ),
      'ami-publisher rollback --publication pub-1',
    );
    expect(ok).toBe(false);
    expect(outputs).toMatchObject({
      'ami-ids': { 'a,us-east-1': 'ami-1' },
      'failed-targets': ['b,us-east-1', 'c,us-east-1'],
      'publication-id': 'pub-1',
    });
    expect(annotations).toEqual([
      { level: 'error', title: 'b,us-east-1: failed at register', message: 'denied | <b>' },
      { level: 'warning', title: 'c,us-east-1: failed at register', message: 'denied' },
    ]);
  });

  it('is summed up with a row for each target, and the time of each step', () => {
    const { summary } = outcomeOf(
      resultsOf(
        { ...failed, account: 'b', message: 'b,us-east-1: denied | <b>' },
        { ...failed, account: 'c', message: 'x', durationsMs: { unpack: 1_500, snapshot: 65_000 } },
      ),
      'ami-publisher rollback --publication pub-1',
    );
    expect(summary).toContain('### base/debian/1: 2 failed');
    expect(summary).toContain('| b,us-east-1 | ❌ failed |  |  | 1.0 s | register\\: denied \\| &lt;b&gt; |');
    expect(summary).toContain('```sh\nami-publisher rollback --publication pub-1\n```');
    expect(summary).toContain(
      '<details><summary>c,us-east-1: 1.0 s</summary>\n\n| Step | Time |\n| --- | --- |\n| unpack | 1.5 s |\n| snapshot | 1 m 05 s |\n\n</details>',
    );
    expect(summary.match(/<details>/g)).toHaveLength(1);
  });
});
