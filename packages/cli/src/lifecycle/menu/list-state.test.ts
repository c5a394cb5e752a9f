import { describe, expect, it } from 'vitest';
import { type ListState, newList, pressKey } from './list-state.js';

const press = (list: ListState, ...names: string[]) => {
  let state = list;
  for (const name of names) {
    const step = pressKey(state, { name });
    if (!('state' in step)) return step;
    state = step.state;
  }
  return { state };
};

describe('a list that keys move about in', () => {
  it('goes round at both ends', () => {
    expect(press(newList(3, false), 'up', 'return')).toEqual({ chosen: [2] });
    expect(press(newList(3, false), 'down', 'j', 'down', 'return')).toEqual({ chosen: [0] });
  });

  it('takes the line of the cursor where none is ticked', () => {
    expect(press(newList(3, true), 'down', 'enter')).toEqual({ chosen: [1] });
  });

  it('takes what is ticked by blank or tab, in order, wherever the cursor is', () => {
    const list = press(newList(4, true), 'down', 'down', 'space', 'up', 'up', 'tab', 'down');
    expect('state' in list && press(list.state, 'return')).toEqual({ chosen: [0, 2] });
  });

  it('takes a tick back', () => {
    expect(press(newList(2, true), 'space', 'space', 'down', 'return')).toEqual({ chosen: [1] });
  });

  it('ticks nothing where one line is to be chosen, and lets other keys pass', () => {
    expect(press(newList(2, false), 'space', 'x', 'down', 'return')).toEqual({ chosen: [1] });
  });

  it('is left by Esc, Ctrl-C and Ctrl-D', () => {
    expect(pressKey(newList(1, true), { name: 'escape' })).toEqual({ left: 'back' });
    expect(pressKey(newList(1, true), { name: 'c', ctrl: true })).toEqual({ left: 'quit' });
    expect(pressKey(newList(1, true), { name: 'd', ctrl: true })).toEqual({ left: 'quit' });
    expect(pressKey(newList(1, true), { name: 'c' })).toHaveProperty('state');
  });
});
