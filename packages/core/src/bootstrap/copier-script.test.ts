import { describe, expect, it } from 'vitest';
import { type CopierArguments, copierReport, copierScript } from './copier-script.js';

const given: CopierArguments = {
  address: '10.0.0.7',
  port: 6976,
  publicKeySha256: 'q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA=',
  ticket: 'AbCd_-0123456789AbCd_-0123456789AbCd_-0123456',
  sizeBytes: 8_589_934_592,
  volumeId: 'vol-0123456789abcdef0',
  device: '/dev/sdf',
};
const digest = '0123456789abcdef'.repeat(4);

describe('the script of a copier', () => {
  it('[W39] [W40] names the one disk by its serial, and stops where any part of a pipe fails', () => {
    const script = copierScript(given);
    expect(script).toContain("readonly serial='vol0123456789abcdef0'");
    expect(script.split('\n')[2]).toBe('set -euo pipefail');
    expect(script).not.toContain('ARGUMENTS');
    expect(Buffer.from(script).toString('base64').length).toBeLessThan(16_384);
  });

  it('takes an address of version 6', () => {
    expect(copierScript({ ...given, address: 'fd00::7' })).toContain("readonly address='[fd00::7]'");
  });

  it.each(["a'b", '$(reboot)', 'a b', 'a;b', '`id`', 'a\nb'])(
    'refuses %j, which a shell could run',
    (address) => {
      expect(() => copierScript({ ...given, address })).toThrow('address cannot be in a script');
    },
  );
});

describe('the console of a copier', () => {
  const report = (console: string) => copierReport(console, given.volumeId);

  it('tells size and digest, among whatever the kernel says', () => {
    const line = `ami-publisher copier vol0123456789abcdef0: copied bytes=42 sha256=${digest}`;
    expect(report(`[1.0] boot\r\n${line}\r\n[9.9] reboot: Power down`)).toEqual({
      copied: { sizeBytes: 42, sha256: digest },
    });
  });

  it('tells a failure', () => {
    expect(report('ami-publisher copier vol0123456789abcdef0: failed reading (status 1)\n')).toEqual({
      failed: 'reading (status 1)',
    });
  });

  it.each(['', `ami-publisher copier vol0123456789abcdef1: copied bytes=42 sha256=${digest}`])(
    'tells nothing of another volume: %j',
    (console) => {
      expect(report(console)).toBeUndefined();
    },
  );

  it('[W40] takes a digest that is cut off for a failure', () => {
    expect(report('ami-publisher copier vol0123456789abcdef0: copied bytes=42 sha256=01')).toEqual({
      failed: 'bytes=42 sha256=01',
    });
  });
});
