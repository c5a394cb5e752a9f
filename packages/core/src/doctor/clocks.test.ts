import { describe, expect, it } from 'vitest';
import { examineClock } from './clocks.js';

describe('a clock that doctor looks at', () => {
  it.each([
    [0, 'ok', 'agrees with the clock of this machine'],
    [-5_000, 'ok', 'agrees with the clock of this machine'],
    [6_400, 'warning', 'is 6 s ahead of the clock of this machine'],
    [-300_000, 'warning', 'is 300 s behind the clock of this machine'],
    [300_001, 'failure', 'is 300 s ahead of the clock of this machine'],
  ])('may be off by %i ms: %s', (aheadMs, status, detail) => {
    expect(examineClock('AWS', aheadMs)).toMatchObject({ check: 'clock', subject: 'AWS', status, detail });
  });
});
