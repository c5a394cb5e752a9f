import { VirtualClock } from '@ami-publisher/base';
import { describe, expect, it } from 'vitest';
import { memoiseCredentials } from './credentials.js';

const keys = { accessKeyId: 'AKIA', secretAccessKey: 'secret' };

describe('memoised credentials', () => {
  it('are asked for once by any number of clients', async () => {
    let asked = 0;
    const provider = memoiseCredentials(async () => {
      asked += 1;
      return keys;
    }, new VirtualClock());
    await Promise.all([provider(), provider(), provider()]);
    expect(asked).toBe(1);
  });

  it('are renewed five minutes before they expire', async () => {
    const clock = new VirtualClock();
    let asked = 0;
    const provider = memoiseCredentials(async () => {
      asked += 1;
      return { ...keys, expiration: new Date(clock.now() + 3_600_000) };
    }, clock);
    await provider();
    await clock.advance(54 * 60_000);
    await provider();
    expect(asked).toBe(1);
    await clock.advance(2 * 60_000);
    await provider();
    expect(asked).toBe(2);
  });

  it('are asked for again after a failure', async () => {
    let asked = 0;
    const provider = memoiseCredentials(async () => {
      asked += 1;
      if (asked === 1) throw new Error('not logged in');
      return keys;
    }, new VirtualClock());
    await expect(provider()).rejects.toThrow('not logged in');
    await expect(provider()).resolves.toEqual(keys);
  });
});
