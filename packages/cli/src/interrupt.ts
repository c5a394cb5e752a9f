import { setMaxListeners } from 'node:events';
import { AmiPublisherError } from '@ami-publisher/base';
import { notice } from './progress/notice.js';

let interrupted: AbortController | undefined;

/** One signal for the process: the first Ctrl-C ends the work in order, the second at once. */
export const interruptSignal = (): AbortSignal => {
  if (interrupted !== undefined) return interrupted.signal;
  const controller = new AbortController();
  interrupted = controller;
  // Each call in flight listens.
  setMaxListeners(0, controller.signal);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (controller.signal.aborted) process.exit(130);
      notice('stopping; press Ctrl-C again to leave at once');
      controller.abort(new AmiPublisherError('CANCELLED', { message: `interrupted by ${signal}` }));
    });
  }
  return controller.signal;
};
