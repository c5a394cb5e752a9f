import { AmiPublisherError, toAmiPublisherError } from '@ami-publisher/base';
import type { Instance } from '@aws-sdk/client-ec2';
import pMap from 'p-map';
import type { Change, Command, PlanContext } from '../operations/command.js';
import { planEachTarget } from '../operations/plan-each-target.js';
import type { JsonObject } from '../steps/json.js';
import type { Target } from '../target/target.js';
import { findUnpackerInstances, idOf, stateOf } from '../unpacker/instances.js';
import type { UnpackerClient } from '../unpacker/unpacker-client.js';
import { wakeInstance } from '../unpacker/wake.js';
import { workOf } from './drained.js';
import { existingInstance, hasEnded, instanceNameOf, type NamedInstances } from './named-instances.js';
import { stopInstance } from './stop.js';

interface StopChange extends Change {
  readonly maxIdleMs: number;
}

/** What became of an idle unpacker. */
interface Stopped extends JsonObject {
  readonly instanceId: string;
  readonly stopped: boolean;
  /** For people. */
  readonly note?: string;
}

const defaultMaxIdleMs = 5 * 60_000;
const asksAtOnce = 8;

/** `stop-idle-unpackers`: those that no publication has used for a while. One that does not answer is a change of its own, and fails alone. */
export const stopIdleUnpackers: Command<
  NamedInstances & {
    /** An unpacker is idle after so long without use, ms. @default 300,000 */
    readonly maxIdleMs?: number | undefined;
  },
  StopChange,
  Stopped
> = {
  name: 'stop-idle-unpackers',
  destroys: false,
  timeoutMs: 15 * 60_000,
  changesAtOnce: asksAtOnce,
  plan: (context, { maxIdleMs = defaultMaxIdleMs, ...request }) => {
    const name = instanceNameOf(request);
    if (!(maxIdleMs >= 0 && Number.isFinite(maxIdleMs))) throw badIdleTime(maxIdleMs);
    return planEachTarget(context, async (target, ec2) => {
      const found = await findUnpackerInstances(ec2, name, context);
      const running = found.filter((instance) => stateOf(instance) === 'running');
      const changes = await pMap(running, (instance) => changeOf(context, target, instance, maxIdleMs), {
        concurrency: asksAtOnce,
      });
      return changes.filter((change) => change !== undefined);
    });
  },
  run: async (context, { resource: instanceId, maxIdleMs }) => {
    const { services, clock, signal, target } = context;
    const instance = await existingInstance(context, instanceId);
    if (stateOf(instance) !== 'running')
      return { instanceId, stopped: false, note: `it is ${stateOf(instance)} already` };
    const idle = await idleTime(services.fleet().client(target, instance), clock.now(), { signal });
    if (idle === 'busy' || idle < maxIdleMs)
      return { instanceId, stopped: false, note: 'left running, as it is in use again' };
    try {
      await stopInstance(context, instanceId);
      return { instanceId, stopped: true };
    } catch (reason) {
      const error = toAmiPublisherError(reason);
      if (error.code !== 'UNPACKER_BUSY') throw error;
      return { instanceId, stopped: false, note: `left running, as ${error.summary}` };
    }
  },
  undo: async (context, { resource }, done) => {
    if (done?.stopped === false) return;
    const instance = await existingInstance(context, resource);
    if (!hasEnded(instance))
      await wakeInstance(context.services.cloud, context.target, instance, { signal: context.signal });
  },
};

const changeOf = async (
  { cloud, fleet, signal }: PlanContext,
  target: Target,
  instance: Instance,
  maxIdleMs: number,
): Promise<StopChange | undefined> => {
  const resource = idOf(instance);
  const stop = (text: string) => ({ call: 'ec2:StopInstances', resource, text, maxIdleMs });
  try {
    const idle = await idleTime(fleet().client(target, instance), cloud.clock.now(), { signal });
    if (idle === 'busy' || idle < maxIdleMs) return undefined;
    return stop(`stop ${resource} (not used for ${Math.floor(idle / 60_000)} min)`);
  } catch (reason) {
    signal?.throwIfAborted();
    return stop(
      `stop ${resource} if it is idle, which it did not tell (${toAmiPublisherError(reason).code})`,
    );
  }
};

/** How long an unpacker has not been used, ms. Closes the client. */
const idleTime = async (
  client: UnpackerClient,
  now: number,
  options: { readonly signal?: AbortSignal | undefined },
): Promise<number | 'busy'> => {
  const status = await client.status(options).finally(() => client.close());
  return workOf(status) === '' ? now - status.lastUsedAt.getTime() : 'busy';
};

const badIdleTime = (maxIdleMs: number): AmiPublisherError =>
  new AmiPublisherError('INVALID_OPTION', { message: `the idle time ${maxIdleMs} ms is below 0` });
