import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatWireDate, parseWireDate } from './wire-date.js';

describe('dates on the wire', () => {
  it('[W-A28] have the form of the original, in UTC', () => {
    expect(formatWireDate(new Date('2026-03-14T09:26:53.999Z'))).toBe('03/14/2026, 09:26:53');
  });

  it('come back as the second that they name', () => {
    const years = {
      min: new Date('1000-01-01T00:00:00Z'),
      max: new Date('9999-12-31T23:59:59Z'),
      noInvalidDate: true,
    };
    fc.assert(
      fc.property(fc.date(years), (date) => {
        const second = Math.floor(date.getTime() / 1000) * 1000;
        expect(parseWireDate(formatWireDate(date)).getTime()).toBe(second);
      }),
    );
  });

  it.each([
    '',
    '02/30/2026, 00:00:00',
    '2026-03-14T09:26:53Z',
    '14/03/2026, 09:26:53',
    '03/14/2026, 24:00:00',
  ])('are refused as %j', (text) => {
    expect(() => parseWireDate(text)).toThrow('expected a date of the form MM/DD/YYYY, HH:MM:SS');
  });
});
