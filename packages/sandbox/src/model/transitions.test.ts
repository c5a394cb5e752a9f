import { VirtualClock } from '@ami-publisher/base';
import { describe, expect, test, vi } from 'vitest';
import { Transitions } from './transitions.js';

const silent = { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() };

describe('Transitions', () => {
  test('A change happens when its time has come', async () => {
    const clock = new VirtualClock();
    const change = vi.fn();
    new Transitions(clock, silent).after(100, change);
    await clock.advance(99);
    expect(change).not.toHaveBeenCalled();
    await clock.advance(1);
    expect(change).toHaveBeenCalledOnce();
  });

  test('Closing drops what has not begun and waits for what has', async () => {
    const clock = new VirtualClock();
    const transitions = new Transitions(clock, silent);
    const dropped = vi.fn();
    let finish = () => {};
    const begun = new Promise<void>((resolve) => {
      finish = resolve;
    });
    transitions.after(1, () => begun);
    transitions.after(2, dropped);
    await clock.advance(1);

    const closed = vi.fn();
    const closing = transitions.close().then(closed);
    await clock.advance(10);
    expect(closed).not.toHaveBeenCalled();
    finish();
    await closing;
    expect(dropped).not.toHaveBeenCalled();
  });

  test('A change that fails is told to the logger', async () => {
    const clock = new VirtualClock();
    const error = new Error('disk full');
    new Transitions(clock, silent).after(1, () => Promise.reject(error));
    await clock.advance(1);
    expect(silent.error).toHaveBeenCalledWith('a transition of the sandbox failed', { error });
  });
});
