import { describe, expect, it } from 'vitest';
import { judgeQuotas } from './quotas.js';

const target = { account: 'prod', region: 'eu-west-1' };
const documented = new Map([
  ['L-B665C33B', 50_000],
  ['L-309BACF6', 100_000],
  ['L-7A658B76', 50],
]);
const use = { images: 0, snapshots: 0, gp3GiB: 0 };

describe('the quotas that doctor looks at', () => {
  it('are one line for each target where enough is left', () => {
    const some = { images: 39_999, snapshots: 79_999, gp3GiB: 1536 };
    expect(judgeQuotas(target, some, documented)).toEqual([
      {
        check: 'quotas',
        subject: 'prod,eu-west-1',
        status: 'ok',
        detail: '39,999 of 50,000 AMIs, 79,999 of 100,000 snapshots, 1.5 of 50 TiB of gp3 volumes',
      },
    ]);
  });

  it.each([
    ['AMIs', { ...use, images: 40_000 }, 'warning', 'ec2 --quota-code L-B665C33B', 100_000],
    ['AMIs', { ...use, images: 50_000 }, 'failure', 'ec2 --quota-code L-B665C33B', 100_000],
    ['snapshots', { ...use, snapshots: 99_999 }, 'warning', 'ebs --quota-code L-309BACF6', 200_000],
    ['snapshots', { ...use, snapshots: 100_001 }, 'failure', 'ebs --quota-code L-309BACF6', 200_000],
    ['TiB of gp3 volumes', { ...use, gp3GiB: 40_960 }, 'warning', 'ebs --quota-code L-7A658B76', 100],
    ['TiB of gp3 volumes', { ...use, gp3GiB: 51_200 }, 'failure', 'ebs --quota-code L-7A658B76', 100],
  ])('tell of %s that run short (%#), and how to ask for more', (name, some, status, quota, more) => {
    const [rest, short, ...others] = judgeQuotas(target, some, documented);
    expect(rest).toMatchObject({ status: 'ok' });
    expect(short).toMatchObject({ status, detail: expect.stringMatching(`of .* ${name} are used$`) });
    expect(short?.code).toBe(status === 'failure' ? 'AWS_QUOTA_EXCEEDED' : undefined);
    expect(short?.remedy).toContain(`--region eu-west-1 --service-code ${quota} --desired-value ${more}`);
    expect(others).toEqual([]);
  });

  it('are raised ones where AWS has raised them, and left out where it tells none', () => {
    const raised = new Map([['L-B665C33B', 60_000]]);
    expect(judgeQuotas(target, { ...use, images: 45_000 }, raised)).toMatchObject([
      { status: 'ok', detail: '45,000 of 60,000 AMIs' },
    ]);
    expect(judgeQuotas(target, use, new Map())).toEqual([]);
  });
});
