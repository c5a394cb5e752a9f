import { afterEach, describe, expect, it, vi } from 'vitest';
import { healthAnswer } from './health.js';

afterEach(() => vi.useRealTimers());

describe('the health of a daemon', () => {
  it('is good if all checks pass', async () => {
    const { status, body } = await healthAnswer({ a: async () => {}, b: async () => 'whatever' });
    expect({ status, ...JSON.parse(body) }).toEqual({ status: 'ok', checks: { a: 'ok', b: 'ok' } });
  });

  it('is bad if one fails, and says which and why', async () => {
    const { status, body } = await healthAnswer({
      a: async () => {},
      b: () => Promise.reject(new Error('full')),
    });
    expect(status).toBe(503);
    expect(JSON.parse(body)).toEqual({ status: 'failing', checks: { a: 'ok', b: 'full' } });
  });

  it('[U60] is bad if one hangs', async () => {
    vi.useFakeTimers();
    const answer = healthAnswer({ queue: () => new Promise(() => {}) });
    await vi.advanceTimersByTimeAsync(5_000);
    expect((await answer).status).toBe(503);
    expect((await answer).body).toContain('no answer within 5000 ms');
  });
});
