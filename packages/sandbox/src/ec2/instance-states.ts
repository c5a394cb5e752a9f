import type { InstanceStateChange } from '@aws-sdk/client-ec2';
import { takePublicAddress } from '../model/add-instance.js';
import { ApiError, missingParameter } from '../model/api-error.js';
import type { InstanceRecord, InstanceState } from '../model/records.js';
import type { Ec2Context, Ec2Handler } from './handler.js';
import { instanceStateView } from './instance-views.js';
import { lookup } from './lookup.js';

/** From which state a call does something, and in which nothing is left to do. */
interface Change {
  readonly from: InstanceState;
  readonly through: InstanceState;
  readonly to: InstanceState;
  readonly verb: string;
}

const starting: Change = { from: 'stopped', through: 'pending', to: 'running', verb: 'started' };
const stopping: Change = { from: 'running', through: 'stopping', to: 'stopped', verb: 'stopped' };

/** Finds all instances and checks all states before anything happens to one. */
const checkInstances = (
  { state }: Ec2Context,
  ids: readonly string[] | undefined,
  change: Change,
): InstanceRecord[] => {
  if (ids === undefined || ids.length === 0) throw missingParameter('instanceIdSet');
  const instances = ids.map((id) => lookup(state.instances, 'instance', id));
  for (const instance of instances) {
    if (![change.from, change.through, change.to].includes(instance.state)) {
      throw new ApiError(
        'IncorrectInstanceState',
        `The instance '${instance.id}' is not in a state from which it can be ${change.verb}.`,
      );
    }
  }
  return instances;
};

const stateChange = (before: InstanceRecord, current: InstanceState): InstanceStateChange => ({
  InstanceId: before.id,
  PreviousState: instanceStateView(before.state),
  CurrentState: instanceStateView(current),
});

const applyTo = (
  context: Ec2Context,
  instances: readonly InstanceRecord[],
  change: Change,
  begin: (instance: InstanceRecord) => void,
): InstanceStateChange[] =>
  instances.map((instance) => {
    if (instance.state !== change.from) return stateChange(instance, instance.state);
    context.state.instances.update(instance.id, { state: change.through });
    begin(instance);
    return stateChange(instance, change.through);
  });

/** Ends a change of state, unless another has begun meanwhile. */
const arrive = ({ state }: Ec2Context, id: string, { through, to }: Change): void => {
  if (state.instances.get(id)?.state === through) state.instances.update(id, { state: to });
};

/** As in EC2, an instance is `running` before its services answer, and stays so if they never do. */
export const startInstances: Ec2Handler<'StartInstances'> = (context, input) => {
  const { state, clock, hosts, latency, logger, transitions } = context;
  const instances = checkInstances(context, input.InstanceIds, starting);
  const StartingInstances = applyTo(context, instances, starting, ({ id }) => {
    state.instances.update(id, { launchTime: new Date(clock.now()) });
    transitions.after(latency.next('startInstanceMs'), async () => {
      await takePublicAddress(context, id);
      arrive(context, id, starting);
    });
    hosts.start(state, id).catch((error: unknown) => {
      logger.error(`the program of instance ${id} did not start`, { error });
    });
  });
  return { StartingInstances };
};

export const stopInstances: Ec2Handler<'StopInstances'> = (context, input) => {
  const instances = checkInstances(context, input.InstanceIds, stopping);
  const StoppingInstances = applyTo(context, instances, stopping, ({ id }) =>
    stopLater(context, id, input.Force === true),
  );
  return { StoppingInstances };
};

/** As if it had been stopped, for an instance whose machine has switched itself off. */
export const poweredOff = (context: Ec2Context, id: string): void => {
  const { state } = context;
  if (!['pending', 'running'].includes(state.instances.get(id)?.state ?? '')) return;
  state.instances.update(id, { state: stopping.through });
  stopLater(context, id, true);
};

const stopLater = (context: Ec2Context, id: string, force: boolean): void => {
  const { state, hosts, latency, transitions } = context;
  transitions.after(latency.next('stopInstanceMs'), async () => {
    await hosts.stop(state, id, force);
    await hosts.closePublicAddress(state, id);
    state.instances.update(id, { publicAddress: undefined });
    arrive(context, id, stopping);
  });
};
