import { describe, expect, test } from 'vitest';
import { scanPolicySchema } from '../configuration/scan-policy.js';
import { type Found, judgeFindings } from './scan-verdict.js';

const now = Date.UTC(2026, 10, 23, 12);
const finding = (id: string, severity: Found['severity'], ...packages: string[]): Found => ({
  id,
  severity,
  packages,
});
const judge = (policy: object, ...found: Found[]) =>
  judgeFindings(scanPolicySchema.parse(policy), found, now);

describe('The verdict on a scan', () => {
  test('is by default that nothing critical or high passes, and everything else does', () => {
    expect(judge({}, finding('a', 'MEDIUM'), finding('b', 'UNTRIAGED')).passed).toBe(true);
    expect(judge({}, finding('a', 'HIGH'))).toMatchObject({
      passed: false,
      exceeded: [{ severity: 'HIGH', found: 1, allowed: 0 }],
    });
  });

  test('counts up to what is allowed', () => {
    const policy = { allowed: { HIGH: 2 } };
    expect(judge(policy, finding('a', 'HIGH'), finding('b', 'HIGH')).passed).toBe(true);
    expect(judge(policy, finding('a', 'HIGH'), finding('b', 'HIGH'), finding('c', 'HIGH')).passed).toBe(
      false,
    );
  });

  test('leaves out what is waived, through the last day of the waiver', () => {
    const waiver = (until: string) => ({ waivers: [{ id: 'a', until, reason: 'not reachable' }] });
    const held = judge(waiver('2026-11-23'), finding('a', 'CRITICAL', 'openssl'));
    expect(held).toMatchObject({ passed: true, counted: [], waived: [{ id: 'a', reason: 'not reachable' }] });
    expect(held.counts.CRITICAL).toBe(1);
    expect(judge(waiver('2026-11-22'), finding('a', 'CRITICAL')).passed).toBe(false);
  });

  test('takes a waiver for a package for that package only', () => {
    const policy = { waivers: [{ id: 'a', package: 'openssl', until: '2026-12-31', reason: 'x' }] };
    expect(judge(policy, finding('a', 'HIGH', 'openssl')).passed).toBe(true);
    expect(judge(policy, finding('a', 'HIGH', 'openssl', 'bash')).passed).toBe(false);
    expect(judge(policy, finding('a', 'HIGH')).passed).toBe(false);
  });

  test('names the worst first', () => {
    const { counted } = judge({}, finding('low', 'LOW'), finding('worst', 'CRITICAL'));
    expect(counted.map(({ id }) => id)).toEqual(['worst', 'low']);
  });
});
