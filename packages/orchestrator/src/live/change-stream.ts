import type { Clock } from '@ami-publisher/base';
import type { ChangeFeed, Watcher } from './change-feed.js';

/** Between two signs of life, ms: proxies end what is silent for longer. */
const heartbeatMs = 15_000;
/** How long a stream lasts, ms. The browser then asks for another one, and its key is looked at again. */
const lastsMs = 10 * 60_000;
/** Messages that wait for a reader; with more of them, nobody reads. */
const mostWaiting = 16;
/** When the browser is to come back, ms. */
const comeBackMs = 2_000;

export interface ChangeStreamOptions {
  readonly feed: ChangeFeed;
  readonly clock: Clock;
  /** Undefined = all lifecycles. */
  readonly lifecycleId: string | undefined;
  /** Revision that the reader has seen. */
  readonly seen: string;
}

/**
 * Server-sent events: `change` whenever there is something new to see, with its revision as id. What is new is not in them; pages are loaded again.
 *
 * @throws `TOO_MANY_REQUESTS` if as many watch as can.
 */
export const changeStream = ({ feed, clock, lifecycleId, seen }: ChangeStreamOptions): ReadableStream => {
  const released = new AbortController();
  const encoder = new TextEncoder();
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  const release = () => {
    feed.unwatch(watcher);
    released.abort();
  };
  const end = () => {
    if (released.signal.aborted) return;
    release();
    controller?.close();
  };
  const send = (text: string) => {
    if (released.signal.aborted) return;
    if ((controller?.desiredSize ?? 0) <= -mostWaiting) end();
    else controller?.enqueue(encoder.encode(text));
  };
  const changed = (revision: string) => send(`event: change\nid: ${revision}\ndata: ${revision}\n\n`);
  const watcher: Watcher = { lifecycleId, seen, changed, ended: end };
  feed.watch(watcher);
  void beat(clock, send, released.signal).then(end);
  return new ReadableStream({
    start: (given) => {
      controller = given;
      send(`retry: ${comeBackMs}\n\n`);
    },
    cancel: release,
  });
};

/** Sends comments, which browsers pass over, for as long as a stream lasts, or until the signal aborts. */
const beat = async (clock: Clock, send: (text: string) => void, signal: AbortSignal): Promise<void> => {
  for (let left = lastsMs; left > 0 && !signal.aborted; left -= heartbeatMs) {
    await clock.sleep(heartbeatMs, signal).catch(() => {
      // The stream is over.
    });
    send(': still here\n\n');
  }
};
