import { AmiPublisherError, cancelled } from '@ami-publisher/base';
import { notice } from '../progress/notice.js';
import { ask } from './question.js';

/**
 * Has a person agree to what is going to be lost, unless `--yes` does.
 *
 * @param losses what it would do, each as a sentence that goes on after `would`
 * @throws `INVALID_OPTION` where there is nobody to ask, `CANCELLED` if the answer is no.
 */
export const confirm = async (
  options: Readonly<Record<string, unknown>>,
  losses: readonly string[],
): Promise<void> => {
  if (options.yes === true) return;
  if (!process.stdin.isTTY) throw nobodyToAsk(losses);
  for (const loss of losses) notice(`would ${loss}`);
  if (!/^y(es)?$/i.test(await ask('Go on? [y/N] '))) throw cancelled();
};

const nobodyToAsk = (losses: readonly string[]): AmiPublisherError =>
  new AmiPublisherError('INVALID_OPTION', {
    message: `this would ${losses.join('; ')}`,
    remedy: 'give --yes to do it, or --dry-run to see it',
  });
