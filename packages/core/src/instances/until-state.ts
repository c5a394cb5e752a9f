import type { ChangeContext } from '../operations/command.js';
import { stateOf } from '../unpacker/instances.js';

const timeoutMs = 10 * 60_000;

/** Waits until an instance is stopped or terminated; one that is terminated is stopped as well. @throws as `Poller.wait` does. */
export const untilState = async (
  { services, signal }: ChangeContext,
  id: string,
  wanted: 'stopped' | 'terminated',
): Promise<void> => {
  await services.poller.wait('instance', id, {
    until: (instance) => stateOf(instance) === wanted || stateOf(instance) === 'terminated',
    wanted,
    timeoutMs,
    signal,
  });
};
