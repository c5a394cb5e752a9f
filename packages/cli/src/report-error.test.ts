import { AmiPublisherError, cancelled, invalidOption } from '@ami-publisher/base';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { reportError } from './report-error.js';

let written = '';
const argv = [...process.argv];
beforeEach(() => {
  written = '';
  vi.stubEnv('NO_COLOR', '1');
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    written += String(text);
    return true;
  });
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  process.argv = [...argv];
  Object.assign(process.stderr, { isTTY: undefined, columns: undefined });
});

const failure = new AmiPublisherError('ACCESS_DENIED', {
  message: 'ec2:CreateSnapshot on vol-1: not authorised',
  target: 'dev,us-east-1',
  remedy: 'add the action to the IAM policy of the role',
  cause: new Error('UnauthorizedOperation'),
});

describe('an error', () => {
  it.each([
    ['a failure', failure, 1],
    ['a fault of ours', new TypeError('x is not a function'), 1],
    ['something thrown that is no error', 'text', 1],
    ['a bad option', invalidOption('iops', 'a number', 'x'), 2],
    ['a bad name', new AmiPublisherError('INVALID_NAME', { message: 'x' }), 2],
    ['a bad target list', new AmiPublisherError('TARGET_MALFORMED', { message: 'x' }), 2],
    ['a bad configuration file', new AmiPublisherError('INVALID_CONFIGURATION', { message: 'x' }), 2],
    ['an interruption', cancelled(), 130],
  ])('that is %s exits as it should', (_what, reason, code) => {
    expect(reportError(reason)).toBe(code);
  });

  it('is one line with code, target, call, resource and remedy', () => {
    reportError(failure);
    expect(written).toBe(
      'error ACCESS_DENIED: dev,us-east-1: ec2:CreateSnapshot on vol-1: not authorised; add the action to the IAM policy of the role\n',
    );
  });

  it('is broken between words on a terminal', () => {
    Object.assign(process.stderr, { isTTY: true, columns: 60 });
    reportError(failure);
    const lines = written.trimEnd().split('\n');
    expect(lines.length).toBeGreaterThan(1);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(60);
    expect(lines.join(' ')).toContain('not authorised; add the action to the IAM policy of the role');
  });

  it('comes with its stack and causes with --debug', () => {
    process.argv.push('--debug');
    reportError(failure);
    expect(written).toMatch(/\n\s+at .*report-error\.test/);
    expect(written).toContain('caused by: Error: UnauthorizedOperation');
  });

  it('of ours by mistake comes with its stack in any case', () => {
    reportError(new TypeError('x is not a function'));
    expect(written).toMatch(/^error: x is not a function\nTypeError: x is not a function\n\s+at /);
  });
});
