import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FakeTerminal } from './testing/fake-terminal.js';

// Loaded anew, as other files of this process may have loaded it where CI is true.
vi.resetModules();
vi.doMock('is-in-ci', () => ({ default: false }));
const { notice } = await import('./notice.js');
const { createStatusLine } = await import('./status-line.js');
afterAll(() => {
  vi.doUnmock('is-in-ci');
  vi.resetModules();
});

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('the status line on a terminal', () => {
  it('shows the latest text with the time, and goes away', () => {
    const terminal = new FakeTerminal(80, 24);
    const line = createStatusLine({}, terminal);
    line.show('Planning for 6 targets');
    vi.advanceTimersByTime(1_500);
    expect(terminal.lines()).toEqual([expect.stringMatching(/^. Planning for 6 targets {2}1\.5 s$/)]);
    line.show('Asking');
    vi.advanceTimersByTime(100);
    expect(terminal.lines()).toEqual([expect.stringMatching(/^. Asking {2}1\.6 s$/)]);
    line.end();
    expect(terminal.lines()).toEqual([]);
    expect(terminal.column).toBe(0);
  });

  it('does not flicker for what is done at once', () => {
    const terminal = new FakeTerminal(80, 24);
    const line = createStatusLine({}, terminal);
    line.show('Planning');
    vi.advanceTimersByTime(50);
    line.end();
    expect(terminal.written).toBe('');
  });

  it('is cut to the width', () => {
    const terminal = new FakeTerminal(40, 24);
    const line = createStatusLine({}, terminal);
    line.show('Reading '.repeat(20));
    vi.advanceTimersByTime(100);
    expect(terminal.lines()[0]).toMatch(/^.{20,39}$/);
    expect(terminal.lines()[0]).toMatch(/… {2}100 ms$/);
    line.end();
  });

  it('leaves notices standing', () => {
    const terminal = new FakeTerminal(80, 24);
    const line = createStatusLine({}, terminal);
    line.show('Undoing');
    vi.advanceTimersByTime(100);
    notice('dev,us-east-1: undone: Provide volume');
    line.end();
    expect(terminal.lines()).toEqual(['dev,us-east-1: undone: Provide volume']);
  });
});

describe('the status line elsewhere', () => {
  const record = (options: object, ms: number): string[] => {
    const written: string[] = [];
    const line = createStatusLine({ ...options }, { write: (text) => written.push(text) });
    line.show('Planning for 6 targets');
    vi.advanceTimersByTime(ms);
    line.end();
    vi.advanceTimersByTime(60_000);
    return written;
  };

  it('says nothing for two seconds', () => {
    expect(record({}, 1_999)).toEqual([]);
  });

  it('says what goes on after two seconds, and then every ten', () => {
    expect(record({}, 12_500)).toEqual([
      'Planning for 6 targets (2.0 s)\n',
      'Planning for 6 targets (12.0 s)\n',
    ]);
  });

  it.each([{ quiet: true }, { progress: false }])('says nothing with %j', (options) => {
    expect(record(options, 60_000)).toEqual([]);
  });
});
