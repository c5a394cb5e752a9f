import type { PublicationEvent } from '@ami-publisher/core';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LiveView } from './live-view.js';
import { notice, pauseRedrawing } from './notice.js';
import { FakeTerminal } from './testing/fake-terminal.js';

const common = { at: '2026-11-22T15:00:00.000Z', publicationId: 'pub-1' };
const begin = (...targets: string[]): PublicationEvent => ({
  ...common,
  code: 'PUB1001',
  targets,
  steps: [],
});
const step = (target: string, title: string): PublicationEvent => ({
  ...common,
  code: 'PUB3001',
  target,
  step: 'x',
  title,
});
const end = (target: string, status: string, message?: string): PublicationEvent => ({
  ...common,
  code: 'PUB2002',
  target,
  status,
  durationMs: 2_500,
  ...(message !== undefined && { message }),
});

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubEnv('NO_COLOR', '1');
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllEnvs();
});

const show = (terminal: FakeTerminal, events: readonly PublicationEvent[], keep = true): LiveView => {
  const view = new LiveView(terminal, keep);
  for (const event of events) view.show(event);
  vi.advanceTimersByTime(100);
  return view;
};

describe('the live view', () => {
  it('shows a line per target with what is being done', () => {
    const terminal = new FakeTerminal(80, 24);
    const view = show(terminal, [
      begin('dev,us-east-1', 'production,eu-west-1'),
      step('dev,us-east-1', 'Unpack image'),
      {
        ...common,
        code: 'PUB3002',
        target: 'dev,us-east-1',
        step: 'unpack',
        title: 'Unpack image',
        progress: { phase: 'fetch', filesDone: 3, filesTotal: 10, bytesDone: 2048 },
      },
    ]);
    expect(terminal.lines()).toEqual([
      'pub-1',
      expect.stringMatching(/^. dev,us-east-1 {12}100 ms {2}Unpack image: fetch, 3\/10 files, 2\.0 KiB$/),
      expect.stringMatching(/^. production,eu-west-1 {5}100 ms {2}waiting$/),
    ]);
    view.end();
  });

  it('redraws in place', () => {
    const terminal = new FakeTerminal(80, 24);
    const view = show(terminal, [begin('dev,us-east-1', 'dev,us-west-2')]);
    vi.advanceTimersByTime(5_000);
    expect(terminal.lines()).toHaveLength(3);
    view.show(step('dev,us-east-1', 'Begin snapshot'));
    vi.advanceTimersByTime(100);
    expect(terminal.lines()).toHaveLength(3);
    expect(terminal.lines()[1]).toContain('5.2 s  Begin snapshot');
    view.end();
  });

  it('never writes into the last column', () => {
    const terminal = new FakeTerminal(60, 24);
    const long = 'the volume vol-0123456789abcdef0 is attached to another instance; detach it';
    const view = show(terminal, [
      begin('dev,us-east-1', 'dev,us-west-2', 'a-very-long-account-name-that-someone-chose,ap-southeast-1'),
      step('dev,us-east-1', `A title ${'long '.repeat(30)}`),
      end('dev,us-west-2', 'failed', `dev,us-west-2: ${long}`),
    ]);
    expect(Math.max(...terminal.lines().map((line) => line.length))).toBe(59);
    expect(terminal.lines()[2]).toMatch(/^✘ dev,us-west-2 +2\.5 s {2}the volume .*…$/);
    expect(terminal.wrapped).toBe(false);
    view.end();
  });

  it('counts what does not fit, and shows what runs first', () => {
    const terminal = new FakeTerminal(80, 8);
    const targets = Array.from({ length: 20 }, (_, index) => `dev,region-${String(index).padStart(2, '0')}`);
    const view = show(terminal, [
      begin(...targets),
      ...targets.slice(0, 10).map((target) => end(target, 'published')),
      end('dev,region-10', 'failed', 'broken'),
    ]);
    expect(terminal.lines().slice(-6)).toEqual([
      ...['11', '12', '13', '14', '15'].map((name) => expect.stringContaining(`dev,region-${name}`)),
      '… and 15 more; 11 of 20 ended',
    ]);
    for (const target of targets.slice(11)) view.show(end(target, 'published'));
    vi.advanceTimersByTime(100);
    expect(terminal.lines().slice(-6)[0]).toMatch(/^✘ dev,region-10.*broken$/);
    expect(terminal.scrolledOff).toBe(false);
    view.end();
  });

  it('puts notices above the block', () => {
    const terminal = new FakeTerminal(80, 24);
    const view = show(terminal, [begin('dev,us-east-1')]);
    terminal.write('^C');
    notice('stopping; press Ctrl-C again to leave at once');
    vi.advanceTimersByTime(300);
    expect(terminal.lines()).toEqual([
      'pub-1',
      'stopping; press Ctrl-C again to leave at once',
      expect.stringContaining('dev,us-east-1'),
    ]);
    view.end();
  });

  it('is gone while something is typed in, and back afterwards', () => {
    const terminal = new FakeTerminal(80, 24);
    const view = show(terminal, [begin('dev,us-east-1')]);
    const goOn = pauseRedrawing();
    notice('above the question');
    vi.advanceTimersByTime(300);
    expect(terminal.lines()).toEqual(['pub-1', 'above the question']);
    goOn();
    vi.advanceTimersByTime(100);
    expect(terminal.lines()).toEqual([
      'pub-1',
      'above the question',
      expect.stringContaining('dev,us-east-1'),
    ]);
    view.end();
  });

  it('ends with how every target ended, and stays quiet', () => {
    const terminal = new FakeTerminal(80, 24);
    const view = show(terminal, [begin('a,r1', 'a,r2', 'a,r3'), end('a,r1', 'published')]);
    view.show(end('a,r2', 'skipped', 'ami-1 has this image already'));
    view.show(end('a,r3', 'cancelled'));
    view.end();
    const last = terminal.lines();
    expect(last.slice(1)).toEqual([
      '✔ a,r1      2.5 s  published',
      '✔ a,r2      2.5 s  ami-1 has this image already',
      '■ a,r3      2.5 s  cancelled',
    ]);
    vi.advanceTimersByTime(1_000);
    expect(terminal.lines()).toEqual(last);
    expect(terminal.column).toBe(0);
  });

  it('goes away where a table follows', () => {
    const terminal = new FakeTerminal(80, 24);
    show(terminal, [begin('a,r1'), end('a,r1', 'published')], false).end();
    expect(terminal.lines()).toEqual(['pub-1']);
    expect(terminal.column).toBe(0);
  });

  it('has no colours with NO_COLOR', () => {
    const terminal = new FakeTerminal(80, 24);
    show(terminal, [begin('a,r1'), end('a,r1', 'published')]).end();
    expect(terminal.coloured).toBe(false);
  });

  it('leaves nothing behind when the terminal is made narrower', () => {
    const terminal = new FakeTerminal(80, 24);
    const view = show(terminal, [begin('dev,us-east-1'), step('dev,us-east-1', 'x'.repeat(50))]);
    terminal.resize(40);
    vi.advanceTimersByTime(100);
    expect(terminal.lines()).toHaveLength(2);
    expect(terminal.lines()[0]).toBe('pub-1');
    view.end();
  });
});
