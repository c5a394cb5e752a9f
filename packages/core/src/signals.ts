import { setMaxListeners } from 'node:events';

/**
 * A signal that follows another (or never aborts) and takes any number of listeners without a warning: work over many targets listens once
 * per call in flight.
 */
export const shared = (signal: AbortSignal | undefined): AbortSignal => {
  const following = AbortSignal.any(signal === undefined ? [] : [signal]);
  setMaxListeners(0, following);
  return following;
};

/**
 * Aborts a controller when the signal does, until what is returned is called. Unlike `AbortSignal.any` it leaves no lists of weak references on
 * either side, which tell where thousands of targets wait at once.
 */
export const follow = (controller: AbortController, signal: AbortSignal): (() => void) => {
  const onAbort = () => controller.abort(signal.reason);
  if (signal.aborted) onAbort();
  else signal.addEventListener('abort', onAbort, { once: true });
  return () => signal.removeEventListener('abort', onAbort);
};
