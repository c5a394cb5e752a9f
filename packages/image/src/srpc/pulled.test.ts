import { describe, expect, it } from 'vitest';
import { pulled } from './pulled.js';

describe('what is pushed', () => {
  it('is given out in order, no faster than it is taken', async () => {
    const log: string[] = [];
    const items = pulled<number>(async (push) => {
      for (const item of [1, 2, 3]) {
        await push(item);
        log.push(`pushed ${item}`);
      }
    });
    for await (const item of items) log.push(`taken ${item}`);
    expect(log).toEqual(['taken 1', 'pushed 1', 'taken 2', 'pushed 2', 'taken 3', 'pushed 3']);
  });

  it('ends with the error of who pushes it', async () => {
    const items = pulled<number>(async (push) => {
      await push(1);
      throw new Error('broke off');
    });
    const taken: number[] = [];
    const taking = (async () => {
      for await (const item of items) taken.push(item);
    })();
    await expect(taking).rejects.toThrow('broke off');
    expect(taken).toEqual([1]);
  });

  it('ends for who pushes it when no more is taken', async () => {
    let ended = false;
    const items = pulled<number>(async (push, signal) => {
      for (let item = 0; !signal.aborted; item += 1) await push(item);
      ended = true;
    });
    for await (const item of items) if (item === 2) break;
    expect(ended).toBe(true);
  });

  it('may be pushed after the end, by who has not heard of it yet', async () => {
    const pushed: number[] = [];
    const items = pulled<number>(async (push) => {
      for (const item of [1, 2, 3]) {
        await push(item);
        pushed.push(item);
      }
    });
    for await (const _item of items) break;
    expect(pushed).toEqual([1, 2, 3]);
  });
});
