import { type AmiPublisherError, type Clock, isAmiPublisherError } from '@ami-publisher/base';

/** How a value that AWS tells is waited for. */
export interface AskOptions {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Pause between two questions, ms. */
  readonly everyMs: number;
  /** After so long it is given up, ms. */
  readonly timeoutMs: number;
  /** The error for that. */
  readonly tooLong: () => AmiPublisherError;
}

/**
 * Asks until there is an answer. What fails in a way that may pass is asked again.
 *
 * @throws what `tooLong` makes, and what the question throws if it is not worth repeating.
 */
export const askUntil = async <T>(options: AskOptions, ask: () => Promise<T | undefined>): Promise<T> => {
  const { clock, signal, everyMs, timeoutMs, tooLong } = options;
  const end = clock.now() + timeoutMs;
  for (;;) {
    signal.throwIfAborted();
    const answer = await answerOf(ask);
    if (answer !== undefined) return answer;
    if (clock.now() >= end) throw tooLong();
    await clock.sleep(everyMs, signal);
  }
};

const answerOf = async <T>(ask: () => Promise<T | undefined>): Promise<T | undefined> => {
  try {
    return await ask();
  } catch (reason) {
    if (isAmiPublisherError(reason) && reason.retryable) return undefined;
    throw reason;
  }
};
