import { createInterface } from 'node:readline/promises';
import { AmiPublisherError, cancelled } from '@ami-publisher/base';
import { interruptSignal } from '../../context.js';
import { notice } from '../../progress/notice.js';
import type { Options } from './operate.js';

/**
 * Has a person agree to what is going to be lost, unless `--yes` does.
 *
 * @throws `INVALID_OPTION` where there is nobody to ask, `CANCELLED` if the answer is no.
 */
export const confirm = async (options: Options, losses: readonly string[]): Promise<void> => {
  if (options.yes === true) return;
  if (!process.stdin.isTTY) throw nobodyToAsk(losses);
  for (const loss of losses) notice(`would ${loss}`);
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await terminal.question('Go on? [y/N] ', { signal: interruptSignal() });
    if (!/^y(es)?$/i.test(answer.trim())) throw cancelled();
  } finally {
    terminal.close();
  }
};

const nobodyToAsk = (losses: readonly string[]): AmiPublisherError =>
  new AmiPublisherError('INVALID_OPTION', {
    message: `this would ${losses.join('; ')}`,
    remedy: 'give --yes to do it, or --dry-run to see it',
  });
