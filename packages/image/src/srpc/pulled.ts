/** Gives out one item; resolves when it has been taken. */
export type Push<T> = (item: T) => Promise<void>;

/**
 * What a function pushes, as something to iterate over. It goes on only as fast as items are taken, and is told by its signal when no more will be.
 *
 * @throws what the function throws.
 */
export async function* pulled<T>(
  run: (push: Push<T>, signal: AbortSignal) => Promise<void>,
): AsyncGenerator<T> {
  const end = new AbortController();
  let waiting: { readonly item: T } | undefined;
  let taken = (): void => {};
  let isOver = false;
  let wake = (): void => {};
  const push: Push<T> = (item) =>
    new Promise((resolve) => {
      // Nobody takes what comes after the end, of which there may be some already.
      if (end.signal.aborted) return resolve();
      waiting = { item };
      taken = resolve;
      wake();
    });
  const running = run(push, end.signal).finally(() => {
    isOver = true;
    wake();
  });
  // Whether it failed is asked once everything has been taken.
  running.catch(() => {});
  try {
    for (;;) {
      const next = waiting;
      waiting = undefined;
      if (next !== undefined) {
        yield next.item;
        taken();
      } else if (isOver) break;
      else
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
    }
    await running;
  } finally {
    end.abort();
    // Whoever has stopped taking must not leave the function waiting.
    taken();
    await running.catch(() => {});
  }
}
