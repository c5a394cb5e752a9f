import type { Deadlines } from '@ami-publisher/base';

export interface AnswerOptions {
  readonly deadlines: Deadlines;
  /** The caller gives up. */
  readonly signal?: AbortSignal | undefined;
  readonly timeoutMs: number;
  readonly timedOut: () => Error;
}

/** A reason of its own spares an exception with a stack for each call. */
const answered = new Error('the call has ended');

/**
 * Waits for an answer as a client does. What was begun goes on when the caller gives up, as it does behind a real connection.
 *
 * @param start gets what makes a signal that tells when nobody waits any more, as few calls want one; and a function to be called when something
 * was heard that makes the time limit pointless
 * @throws what `start` throws; the signal's reason; `timedOut()`
 */
export const awaitAnswer = <T>(
  { deadlines, signal, timeoutMs, timedOut }: AnswerOptions,
  start: (gone: () => AbortSignal, heard: () => void) => Promise<T>,
): Promise<T> =>
  new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(signal.reason);
      return;
    }
    let left: AbortController | undefined;
    const gone = (): AbortSignal => {
      left ??= new AbortController();
      return left.signal;
    };
    const leave = () => {
      signal?.removeEventListener('abort', onAbort);
      heard();
      left?.abort(answered);
    };
    const onAbort = () => {
      leave();
      reject(signal?.reason);
    };
    const heard = deadlines.set(timeoutMs, () => {
      leave();
      reject(timedOut());
    });
    signal?.addEventListener('abort', onAbort, { once: true });
    start(gone, heard).then(
      (answer) => {
        leave();
        resolve(answer);
      },
      (reason: unknown) => {
        leave();
        reject(reason);
      },
    );
  });
