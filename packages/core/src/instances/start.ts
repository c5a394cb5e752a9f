import type { Instance } from '@aws-sdk/client-ec2';
import type { Change, ChangeContext, Command } from '../operations/command.js';
import { planEachTarget } from '../operations/plan-each-target.js';
import type { JsonObject } from '../steps/json.js';
import { findUnpackerInstances, idOf, stateOf } from '../unpacker/instances.js';
import { wakeInstance } from '../unpacker/wake.js';
import { existingInstance, instanceNameOf, type NamedInstances, nameOf } from './named-instances.js';
import { stopInstance } from './stop.js';

/** What an instance has to have come to: the state `running`, or an unpacker that answers. */
export type Readiness = 'running' | 'unpacker';

/** An instance that is ready. */
export interface ReadyInstance extends JsonObject {
  readonly instanceId: string;
  readonly privateIp: string | undefined;
  /** For people. */
  readonly note: string;
}

interface StartChange extends Change {
  readonly readiness: Readiness;
}

const startCall = 'ec2:StartInstances';

/** `start-instances`: every instance of the name, whatever state it is in. */
export const startInstances: Command<
  NamedInstances & {
    /** @default 'running' */
    readonly readiness?: Readiness | undefined;
  },
  StartChange,
  ReadyInstance
> = {
  name: 'start-instances',
  destroys: false,
  // Stopping, starting and answering take up to ten minutes each.
  timeoutMs: 31 * 60_000,
  changesAtOnce: 8,
  plan: (context, { readiness = 'running', ...request }) => {
    const name = instanceNameOf(request);
    return planEachTarget(context, async (_target, ec2) => {
      const found = await findUnpackerInstances(ec2, name, context);
      return found.flatMap((instance) => changeOf(instance, readiness) ?? []);
    });
  },
  run: async (context, { call, resource, readiness }) => {
    const { services, target, signal } = context;
    const found = await existingInstance(context, resource);
    if (call === startCall) await context.intend(startCall, { instance: resource });
    const running = await wakeInstance(services.cloud, target, found, { signal });
    return ready(context, running, readiness);
  },
  undo: async (context, { call, resource }) => {
    if (call === startCall) await stopInstance(context, resource);
  },
};

const changeOf = (instance: Instance, readiness: Readiness): StartChange | undefined => {
  const resource = idOf(instance);
  if (stateOf(instance) !== 'running') {
    const wait = readiness === 'unpacker' ? ' and wait until its unpacker answers' : '';
    return { call: startCall, resource, text: `start ${nameOf(instance)}${wait}`, readiness };
  }
  if (readiness === 'running') return undefined;
  const text = `wait until the unpacker of ${nameOf(instance)} answers`;
  return { call: 'unpacker:GetStatus', resource, text, readiness };
};

/** An instance that runs, once it is as ready as it has to be. */
export const ready = async (
  { services, target, signal }: ChangeContext,
  instance: Instance,
  readiness: Readiness,
): Promise<ReadyInstance> => {
  if (readiness === 'unpacker') (await services.fleet().reach(target, instance, { signal })).client.close();
  const address = instance.PrivateIpAddress;
  const what = readiness === 'unpacker' ? 'its unpacker answers' : 'it runs';
  return {
    instanceId: idOf(instance),
    privateIp: address,
    note: `${what}${address === undefined ? '' : ` at ${address}`}`,
  };
};
