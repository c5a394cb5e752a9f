import { createInterface } from 'node:readline/promises';
import { interruptSignal } from '../interrupt.js';
import { pauseRedrawing } from '../progress/notice.js';

let last: Promise<unknown> = Promise.resolve();

/** Asks whoever sits at the terminal, one question after the other. Only where `process.stdin.isTTY`. @returns the answer without blanks around it */
export const ask = (question: string): Promise<string> => {
  const answer = last.then(() => askNow(question));
  last = answer.catch(() => {});
  return answer;
};

const askNow = async (question: string): Promise<string> => {
  const goOn = pauseRedrawing();
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return (await terminal.question(question, { signal: interruptSignal() })).trim();
  } finally {
    terminal.close();
    goOn();
  }
};
