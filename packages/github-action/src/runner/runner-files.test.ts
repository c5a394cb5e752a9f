import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { fileEntry, fitSummary, RunnerFiles } from './runner-files.js';

const directory = mkdtempSync(join(tmpdir(), 'ami-publisher-files-'));
afterAll(() => rmSync(directory, { recursive: true }));

describe('the files of the runner', () => {
  it('take values of many lines, and are added to', () => {
    const file = join(directory, 'output');
    writeFileSync(file, 'earlier<<x\n1\nx\n');
    const files = new RunnerFiles({ GITHUB_OUTPUT: file });
    files.setOutput('results', 'a\nb=c\n');
    const text = readFileSync(file, 'utf8');
    expect(text).toMatch(/^earlier<<x\n1\nx\nresults<<(end-[0-9a-f-]{36})\na\nb=c\n\n\1\n$/);
  });

  it('never let a value end early and name another', () => {
    expect(fileEntry('a', 'b\nEND\nc=d', 'END2')).toBe('a<<END2\nb\nEND\nc=d\nEND2\n');
    expect(() => fileEntry('a', 'b\nEND\n', 'END')).toThrow('its own delimiter');
  });

  it('are asked for at a shell, where there are none', () => {
    expect(() => new RunnerFiles({}).saveState('a', 'b')).toThrow(
      expect.objectContaining({
        code: 'INVALID_OPTION',
        message: expect.stringMatching(/GITHUB_STATE names no file; run this as an action/),
      }),
    );
  });
});

describe('a summary', () => {
  it('is left as it is up to 1 MiB', () => {
    const text = 'ä'.repeat(2 ** 19);
    expect(fitSummary(text)).toBe(text);
  });

  it('ends after a whole line before 1 MiB, and says so', () => {
    const text = '| äöü | a row |\n'.repeat(100_000);
    const shown = fitSummary(text);
    expect(Buffer.byteLength(shown)).toBeLessThanOrEqual(2 ** 20);
    expect(Buffer.byteLength(shown)).toBeGreaterThan(2 ** 20 - 200);
    expect(shown).toMatch(/a row \|\n\n… cut short: .*\n$/);
  });
});
