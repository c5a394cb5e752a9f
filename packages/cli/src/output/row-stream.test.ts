import { afterEach, describe, expect, it, vi } from 'vitest';
import type { OutputOptions } from './render.js';
import { openRowStream, type StreamedView } from './row-stream.js';

type Row = readonly [name: string, size: string, about: string];

const view: StreamedView<Row> = {
  head: ['NAME', 'SIZE', 'ABOUT'],
  widths: [6],
  empty: 'nothing',
  rows: (rows) => rows.map((row) => [...row]),
};

/** What was on standard output after each step. */
const shown = async (options: OutputOptions, isTerminal: boolean, batches: readonly (readonly Row[])[]) => {
  const written: string[] = [];
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => written.push(String(text)) > 0);
  const before = process.stdout.isTTY;
  process.stdout.isTTY = isTerminal;
  try {
    const stream = openRowStream(view, options);
    const steps: string[] = [];
    for (const batch of batches) {
      stream.add(batch);
      steps.push(written.splice(0).join(''));
    }
    await stream.end(batches.flat());
    return [...steps, written.join('')];
  } finally {
    process.stdout.isTTY = before;
  }
};

afterEach(() => {
  vi.restoreAllMocks();
});

const rows: readonly (readonly Row[])[] = [[['a', '1', 'first']], [], [['longer-name', '2', 'second']]];

describe('rows that are shown as they are found', () => {
  it('come one by one as text', async () => {
    expect(await shown({ output: 'text' }, false, rows)).toEqual([
      'a\t1\tfirst\n',
      '',
      'longer-name\t2\tsecond\n',
      '',
    ]);
  });

  it('come one by one on a terminal, below one head', async () => {
    vi.stubEnv('NO_COLOR', '1');
    expect(await shown({}, true, rows)).toEqual([
      'NAME    SIZE  ABOUT\na       1     first\n',
      '',
      'longer-name  2     second\n',
      '',
    ]);
    expect(await shown({}, true, [[]])).toEqual(['', 'nothing\n']);
    vi.unstubAllEnvs();
  });

  it.each<[string, OutputOptions, boolean]>([
    ['as JSON', {}, false],
    ['as JSON on a terminal', { output: 'json' }, true],
    ['for a query', { output: 'text', query: '[0][0]' }, true],
    ['in the old form', { present: () => 'old' }, true],
  ])('come all at the end %s', async (_, options, isTerminal) => {
    const [first, second, third, end] = await shown(options, isTerminal, rows);
    expect([first, second, third]).toEqual(['', '', '']);
    expect(end).not.toBe('');
  });
});
