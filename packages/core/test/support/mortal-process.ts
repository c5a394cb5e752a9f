import type { Clock, VirtualClock } from '@ami-publisher/base';
import type { Cloud } from '../../src/cloud/cloud.js';
import type { Journal, JournalStore } from '../../src/steps/journal.js';

const never = <T>(): Promise<T> => new Promise(() => {});

/** What a process has of the world; when it is killed, it never wakes again: neither from a sleep nor from writing its journal. */
export interface MortalProcess {
  readonly cloud: Cloud;
  readonly journals: JournalStore;
  kill(): void;
}

export const startProcess = (cloud: Cloud, clock: VirtualClock, journals: JournalStore): MortalProcess => {
  let isDead = false;
  const mortal = <T>(work: Promise<T>): Promise<T> =>
    work.then(
      (value) => (isDead ? never<T>() : value),
      (reason) => (isDead ? never<T>() : Promise.reject(reason)),
    );
  const mortalClock: Clock = {
    now: () => clock.now(),
    sleep: (ms, signal) => mortal(clock.sleep(ms, signal)),
  };
  const hold = (journal: Journal): Journal => ({
    publicationId: journal.publicationId,
    records: journal.records,
    append: (record) => (isDead ? never() : mortal(journal.append(record))),
    close: () => (isDead ? never() : journal.close()),
  });
  return {
    cloud: {
      clock: mortalClock,
      logger: cloud.logger,
      resolveTargets: (selection, options) => cloud.resolveTargets(selection, options),
      ec2: (target) => cloud.ec2(target),
      poller: (target) => cloud.poller(target),
      autoScaling: (target) => cloud.autoScaling(target),
      kms: (target) => cloud.kms(target),
      ssm: (target) => cloud.ssm(target),
      settings: (target) => cloud.settings(target),
      close: () => cloud.close(),
    },
    journals: {
      create: async (id) => hold(await journals.create(id)),
      open: async (id) => hold(await journals.open(id)),
      read: (id) => journals.read(id),
      list: () => journals.list(),
    },
    kill: () => {
      isDead = true;
    },
  };
};
