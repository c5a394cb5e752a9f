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
