import type { Clock } from '@ami-publisher/base';

export interface AnswerOptions {
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
 * @param start gets a signal that tells when nobody waits any more, and a function to be called when something was heard that makes the
 * time limit pointless
 * @throws what `start` throws; the signal's reason; `timedOut()`
 */
export const awaitAnswer = <T>(
  clock: Clock,
  { signal, timeoutMs, timedOut }: AnswerOptions,
  start: (gone: AbortSignal, heard: () => void) => Promise<T>,
): Promise<T> =>
  new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(signal.reason);
      return;
    }
    const gone = new AbortController();
    const heard = new AbortController();
    const leave = () => {
      signal?.removeEventListener('abort', onAbort);
      heard.abort(answered);
      gone.abort(answered);
    };
    const onAbort = () => {
      leave();
      reject(signal?.reason);
    };
    const onTimeout = () => {
      leave();
      reject(timedOut());
    };
    signal?.addEventListener('abort', onAbort, { once: true });
    clock.sleep(timeoutMs, heard.signal).then(onTimeout, () => {
      // Something was heard in time.
    });
    start(gone.signal, () => heard.abort(answered)).then(
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
