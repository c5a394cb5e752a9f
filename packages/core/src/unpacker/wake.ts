import { AmiPublisherError } from '@ami-publisher/base';
import type { Instance } from '@aws-sdk/client-ec2';
import type { Cloud } from '../cloud/cloud.js';
import type { CallOptions } from '../cloud/ec2-api.js';
import { formatTarget, type Target } from '../target/target.js';
import { idOf, stateOf } from './instances.js';

const startTimeoutMs = 10 * 60_000;

/**
 * Starts an instance unless it runs, and waits until it does.
 *
 * @throws `RESOURCE_FAILED` if it ends instead, `TIMED_OUT` after 10 minutes.
 */
export const wakeInstance = async (
  cloud: Cloud,
  target: Target,
  found: Instance,
  options: CallOptions,
): Promise<Instance> => {
  if (stateOf(found) === 'running') return found;
  const poller = await cloud.poller(target);
  const ec2 = await cloud.ec2(target);
  const reach = (wanted: string) =>
    poller.wait('instance', idOf(found), {
      until: (instance) => stateOf(instance) === wanted || endedUnexpectedly(instance, target),
      wanted,
      timeoutMs: startTimeoutMs,
      signal: options.signal,
    });
  if (stateOf(found) === 'stopping') await reach('stopped');
  if (stateOf(found) !== 'pending') await ec2.startInstances({ InstanceIds: [idOf(found)] }, options);
  return reach('running');
};

const endedUnexpectedly = (instance: Instance, target: Target): false => {
  const state = stateOf(instance);
  if (state !== 'terminated' && state !== 'shutting-down') return false;
  throw new AmiPublisherError('RESOURCE_FAILED', {
    message: `the unpacker instance ${idOf(instance)} is ${state} instead of starting (${instance.StateReason?.Message ?? 'no reason given'})`,
    target: formatTarget(target),
    resource: idOf(instance),
    remedy: 'launch a new unpacker there',
  });
};
