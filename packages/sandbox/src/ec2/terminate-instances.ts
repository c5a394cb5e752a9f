import type { InstanceStateChange } from '@aws-sdk/client-ec2';
import { ApiError, missingParameter } from '../model/api-error.js';
import type { InstanceRecord, InstanceState, VolumeRecord } from '../model/records.js';
import { attachedVolumes } from './attachments.js';
import type { Ec2Context, Ec2Handler } from './handler.js';
import { instanceStateView } from './instance-views.js';
import { lookup } from './lookup.js';

const ending: ReadonlySet<InstanceState> = new Set(['shutting-down', 'terminated']);

/** Finds all instances, and refuses if one is protected, before anything happens to one. */
const checkTerminable = (
  { state }: Ec2Context,
  ids: readonly string[] | undefined,
): readonly InstanceRecord[] => {
  if (ids === undefined || ids.length === 0) throw missingParameter('instanceIdSet');
  const instances = ids.map((id) => lookup(state.instances, 'instance', id));
  const protectedOne = instances.find(({ disableApiTermination }) => disableApiTermination);
  if (protectedOne !== undefined) {
    throw new ApiError(
      'OperationNotPermitted',
      `The instance '${protectedOne.id}' may not be terminated. Modify its 'disableApiTermination' instance attribute and try again.`,
    );
  }
  return instances;
};

/** A volume goes with its instance or stays behind, as its attachment says. */
const letGo = async (
  { state, hosts, storage }: Ec2Context,
  { id, attachment }: VolumeRecord,
): Promise<void> => {
  if (attachment === undefined) return;
  await hosts.detach(state, attachment.instanceId, id);
  await storage.detach(state, id);
  if (attachment.deleteOnTermination) {
    await storage.deleteVolume(state, id);
    state.volumes.remove(id);
    state.modifications.remove(id);
  } else {
    state.volumes.update(id, { state: 'available', attachment: undefined });
  }
};

const end = async (context: Ec2Context, id: string): Promise<void> => {
  const { state, clock, hosts } = context;
  await hosts.stop(state, id, false);
  await hosts.closePublicAddress(state, id);
  for (const volume of attachedVolumes(state, id)) await letGo(context, volume);
  state.instances.update(id, { state: 'terminated', publicAddress: undefined, terminatedAt: clock.now() });
};

/** Ends an instance from any state, protected or not; one that has ended stays so. */
export const terminate = (context: Ec2Context, id: string): void => {
  const { state, latency, transitions } = context;
  if (ending.has(state.instances.get(id)?.state ?? 'terminated')) return;
  state.instances.update(id, { state: 'shutting-down' });
  transitions.after(latency.next('terminateInstanceMs'), () => end(context, id));
};

/** Ends instances from any state; what has ended stays so. */
export const terminateInstances: Ec2Handler<'TerminateInstances'> = (context, input) => {
  const TerminatingInstances = checkTerminable(context, input.InstanceIds).map(
    ({ id, state: before }): InstanceStateChange => {
      terminate(context, id);
      return {
        InstanceId: id,
        PreviousState: instanceStateView(before),
        CurrentState: instanceStateView(ending.has(before) ? before : 'shutting-down'),
      };
    },
  );
  return { TerminatingInstances };
};
