import type { PublicationEvent } from '@ami-publisher/core';
import { describe, expect, it } from 'vitest';
import { WorkflowLog } from '../runner/workflow-log.js';
import { TargetGroups } from './target-groups.js';

const common = { at: '2026-11-22T14:03:12.345Z', publicationId: 'pub-1' };
const step = { ...common, target: 'a,us-east-1', step: 'unpack', title: 'Unpack image' };
const other = { ...step, target: 'b,us-east-1' };

const shown = (...events: PublicationEvent[]): string => {
  let text = '';
  const groups = new TargetGroups(
    new WorkflowLog((more) => {
      text += more;
    }),
  );
  for (const event of events) groups.show(event);
  groups.end();
  return text;
};

describe('the log of a publication', () => {
  it('has the lines of a target together, though targets work side by side', () => {
    expect(
      shown(
        { ...common, code: 'PUB1001', targets: ['a,us-east-1', 'b,us-east-1'], steps: [] },
        { ...step, code: 'PUB3001' },
        { ...other, code: 'PUB3001' },
        { ...step, code: 'PUB3005', message: 'a,us-east-1: ec2:X: busy\n::error::y', delayMs: 1_500 },
        { ...other, code: 'PUB3003', durationMs: 900 },
        { ...common, code: 'PUB2002', target: 'b,us-east-1', status: 'published', durationMs: 1_000 },
        {
          ...common,
          code: 'PUB2002',
          target: 'a,us-east-1',
          status: 'failed',
          durationMs: 2_000,
          message: 'no',
        },
      ),
    ).toBe(
      [
        '14:03:12 pub-1: 2 targets',
        '::group::b,us-east-1: published after 1.0 s',
        '14:03:12 Unpack image',
        '14:03:12 Unpack image: done (900 ms)',
        '::endgroup::',
        '::group::a,us-east-1: failed after 2.0 s',
        '14:03:12 Unpack image',
        '14:03:12 Unpack image: failed, again in 1.5 s: ec2:X: busy ::error::y',
        '14:03:12 no',
        '::endgroup::\n',
      ].join('\n'),
    );
  });

  it('shows what there is of targets that have not ended', () => {
    expect(shown({ ...step, code: 'PUB3006' }, { ...common, code: 'PUB1003', message: 'wait' })).toBe(
      '14:03:12 note: wait\n::group::a,us-east-1\n14:03:12 undone: Unpack image\n::endgroup::\n',
    );
  });
});
