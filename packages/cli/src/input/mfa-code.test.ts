import { PassThrough } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { askMfaCode } from './mfa-code.js';

const device = 'arn:aws:iam::111111111111:mfa/me';
let shown: string;
/** What is typed, line by line, when there is a question. */
let typed: string[];
beforeEach(() => {
  [shown, typed] = ['', []];
  const terminal = Object.assign(new PassThrough(), { isTTY: true });
  vi.spyOn(process, 'stdin', 'get').mockReturnValue(terminal as never);
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    shown += text;
    if (String(text).includes('Code of')) terminal.write(`${typed.shift()}\n`);
    return true;
  });
});
afterEach(() => {
  vi.restoreAllMocks();
});

describe('the code of an MFA device', () => {
  it('is asked for at the terminal, one device after the other', async () => {
    typed = [' 123456 ', '654321'];
    expect(await Promise.all([askMfaCode(device), askMfaCode('other')])).toEqual(['123456', '654321']);
    expect(stripVTControlCharacters(shown)).toMatch(
      /Code of arn:aws:iam::111111111111:mfa\/me: .*Code of other: /s,
    );
  });

  it('is six digits', async () => {
    typed = ['12345'];
    await expect(askMfaCode(device)).rejects.toMatchObject({ code: 'INVALID_OPTION' });
  });

  it('is not waited for where nobody can type it', async () => {
    vi.spyOn(process, 'stdin', 'get').mockReturnValue({ isTTY: undefined } as never);
    await expect(askMfaCode(device)).rejects.toMatchObject({
      code: 'CREDENTIALS_MISSING',
      message: expect.stringContaining('there is nobody to ask'),
    });
  });
});
