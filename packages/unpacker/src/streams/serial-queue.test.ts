import { describe, expect, it } from 'vitest';
import { SerialQueue } from './serial-queue.js';

const gate = () => {
  let open: () => void = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open, opened };
};

describe('a serial queue', () => {
  it('runs one task at a time, in the order of asking', async () => {
    const queue = new SerialQueue('s');
    const log: string[] = [];
    const { open, opened } = gate();
    const first = queue.run(async () => {
      log.push('first begins');
      await opened;
      log.push('first ends');
    });
    const second = queue.run(async () => log.push('second'));
    open();
    await Promise.all([first, second]);
    expect(log).toEqual(['first begins', 'first ends', 'second']);
  });

  it('goes on after a task that fails', async () => {
    const queue = new SerialQueue('s');
    await expect(queue.run(() => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
    await expect(queue.run(async () => 'fine')).resolves.toBe('fine');
  });

  it('lets go at once of a caller that gives up waiting, and leaves the task out', async () => {
    const queue = new SerialQueue('s');
    const { open, opened } = gate();
    const first = queue.run(() => opened);
    const cancel = new AbortController();
    let ran = false;
    const second = queue.run(async () => {
      ran = true;
    }, cancel.signal);
    cancel.abort(new Error('enough'));
    await expect(second).rejects.toThrow('enough');
    open();
    await first;
    await queue.run(async () => {});
    expect(ran).toBe(false);
  });

  it('leaves ending early to the task once it runs', async () => {
    const queue = new SerialQueue('s');
    const { open, opened } = gate();
    const cancel = new AbortController();
    const begun = gate();
    const task = queue.run(async () => {
      begun.open();
      await opened;
      return 'ended by itself';
    }, cancel.signal);
    await begun.opened;
    cancel.abort();
    open();
    await expect(task).resolves.toBe('ended by itself');
  });

  it('[U7] refuses what waits and what comes when it is closed, and lets what runs end', async () => {
    const queue = new SerialQueue('base/debian');
    const { open, opened } = gate();
    const begun = gate();
    const first = queue.run(async () => {
      begun.open();
      await opened;
    });
    const second = queue.run(async () => {});
    await begun.opened;
    queue.close();
    open();
    const refusal = {
      code: 'STREAM_NOT_FOUND',
      message: expect.stringContaining('stream base/debian was forgotten'),
    };
    const settled = await Promise.allSettled([first, second]);
    expect(settled).toMatchObject([{ status: 'fulfilled' }, { status: 'rejected', reason: refusal }]);
    await expect(queue.run(async () => {})).rejects.toMatchObject(refusal);
  });

  it('is idle when nothing runs or waits', async () => {
    const queue = new SerialQueue('s');
    expect(queue.isIdle).toBe(true);
    const { open, opened } = gate();
    const task = queue.run(() => opened);
    expect(queue.isIdle).toBe(false);
    open();
    await task;
    await expect.poll(() => queue.isIdle).toBe(true);
  });
});
