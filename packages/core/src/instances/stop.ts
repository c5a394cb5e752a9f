import type { ChangeContext } from '../operations/command.js';
import { stateOf } from '../unpacker/instances.js';
import { whileDrained } from './drained.js';
import { existingInstance, hasEnded } from './named-instances.js';
import { untilState } from './until-state.js';

/** Stops an instance whose unpacker works on nothing, and waits until it has. @throws `UNPACKER_BUSY`, and as the unpacker's client does. */
export const stopInstance = async (context: ChangeContext, id: string): Promise<void> => {
  const { services, signal } = context;
  const instance = await existingInstance(context, id);
  const state = stateOf(instance);
  if (state === 'stopped' || hasEnded(instance)) return;
  if (state === 'stopping') return untilState(context, id, 'stopped');
  await whileDrained(context, instance, async () => {
    await context.intend('ec2:StopInstances', { instance: id });
    await services.ec2.stopInstances({ InstanceIds: [id] }, { signal });
    await untilState(context, id, 'stopped');
  });
};
