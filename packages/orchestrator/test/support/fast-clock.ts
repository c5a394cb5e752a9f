import { type Clock, systemClock } from '@ami-publisher/base';

/** Real time that runs `speed` times as fast, for waits of minutes beside a sandbox in real time. */
export const fastClock = (speed: number): Clock => {
  const start = Date.now();
  return {
    now: () => start + (Date.now() - start) * speed,
    sleep: (ms, signal) => systemClock.sleep(ms / speed, signal),
  };
};
