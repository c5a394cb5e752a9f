import { describe, expect, it } from 'vitest';
import { formatExpiry } from '../publish/options.js';
import { deleteAfter } from './delete-ami.js';
import { expiryOf } from './expiry.js';

const now = Date.UTC(2026, 10, 23, 12, 0, 0);
const expiresAt = (Value: string) => expiryOf([{ Key: 'ExpiresAt', Value }], now);

describe('expiry', () => {
  it('is due once the time is over, and not at it', () => {
    expect(expiresAt('2026-11-23 11:59:59')).toEqual({ isDue: true });
    expect(expiresAt('2026-11-23 12:00:00')).toEqual({ isDue: false });
    expect(expiresAt('2026-11-23 12:00:01')).toEqual({ isDue: false });
  });

  it('reads what publish and delete write', () => {
    expect(expiresAt(formatExpiry(now - 1_000)).isDue).toBe(true);
    const Value = deleteAfter(now - 2_000, 1_000);
    expect(expiryOf([{ Key: 'ami-publisher:delete-after', Value }], now)).toEqual({ isDue: true });
  });

  it.each(['', 'never', '2026-11-23', '2026-02-30 00:00:00', '2026-11-23T11:00:00Z', '2026-11-22 25:00:00'])(
    '[W34] %j is no time: never due, and told',
    (value) => {
      expect(expiresAt(value)).toEqual({
        isDue: false,
        problem: expect.stringContaining(JSON.stringify(value)),
      });
    },
  );

  it('needs a tag', () => {
    expect(expiryOf([{ Key: 'Name', Value: '2020-01-01 00:00:00' }], now)).toEqual({ isDue: false });
    expect(expiryOf(undefined, now)).toEqual({ isDue: false });
  });
});
