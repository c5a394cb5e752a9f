import { vi } from 'vitest';
import { runCommandLine } from '../../src/run.js';

/** What a command line has left. */
export interface Ended {
  readonly code: number;
  readonly out: string;
  readonly error: string;
}

/** Runs a command line in this process, and keeps what it prints. */
export const runInProcess = async (...words: string[]): Promise<Ended> => {
  const texts = { out: '', error: '' };
  const keep = (name: keyof typeof texts) => (text: unknown) => {
    texts[name] += String(text);
    return true;
  };
  const spies = [
    vi.spyOn(process.stdout, 'write').mockImplementation(keep('out')),
    vi.spyOn(process.stderr, 'write').mockImplementation(keep('error')),
  ];
  try {
    return { code: await runCommandLine(['node', 'ami-publisher', ...words]), ...texts };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
};
