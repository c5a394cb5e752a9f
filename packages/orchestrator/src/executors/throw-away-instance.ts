import { AmiPublisherError } from '@ami-publisher/base';
import { type Target, tagFilter, tagSpecification } from '@ami-publisher/core';
import type { Instance } from '@aws-sdk/client-ec2';
import { RemoteShell } from '../aws/remote-shell.js';
import type { Product } from '../configuration/products.js';
import type { Attempt } from '../lifecycles/state.js';
import type { ExecutorServices } from './services.js';
import { workTagKeys, workTags, workToken } from './work-tags.js';

const startTimeoutMs = 15 * 60_000;
const ends = new Set(['shutting-down', 'terminated', 'stopping', 'stopped']);

export interface LaunchOptions {
  readonly target: Target;
  readonly imageId: string;
  readonly settings: Product['instance'];
  readonly attempt: Attempt;
  readonly signal: AbortSignal;
}

/**
 * Launches an instance for one attempt and waits until it runs. Launched again for the same attempt, it is the same instance.
 *
 * @returns its id
 * @throws `RESOURCE_FAILED` if it ends before it runs, with AWS's reason
 */
export const launchThrowAway = async (
  { cloud }: ExecutorServices,
  options: LaunchOptions,
): Promise<string> => {
  const { target, imageId, settings, attempt, signal } = options;
  const { type, subnetId, securityGroupIds, profile } = settings;
  const tags = { Name: `lifecycle ${attempt.event}`, ...workTags(attempt) };
  const [ec2, poller] = await Promise.all([cloud.ec2(target), cloud.poller(target)]);
  const { Instances: [launched] = [] } = await ec2.runInstances(
    {
      ImageId: imageId,
      InstanceType: type as NonNullable<Instance['InstanceType']>,
      MinCount: 1,
      MaxCount: 1,
      ClientToken: workToken(attempt, 'instance'),
      InstanceInitiatedShutdownBehavior: 'terminate',
      MetadataOptions: { HttpTokens: 'required' },
      ...(subnetId !== undefined && { SubnetId: subnetId }),
      ...(securityGroupIds !== undefined && { SecurityGroupIds: [...securityGroupIds] }),
      ...(profile !== undefined && { IamInstanceProfile: { Name: profile } }),
      TagSpecifications: [...tagSpecification('instance', tags), ...tagSpecification('volume', tags)],
    },
    { signal },
  );
  const id = launched?.InstanceId ?? '';
  await poller.wait('instance', id, {
    wanted: 'running',
    timeoutMs: startTimeoutMs,
    signal,
    until: (instance) => isRunning(instance),
  });
  return id;
};

const isRunning = ({ InstanceId = '', State, StateReason }: Instance): boolean => {
  if (!ends.has(State?.Name ?? '')) return State?.Name === 'running';
  throw new AmiPublisherError('RESOURCE_FAILED', {
    message: `instance ${InstanceId} is ${State?.Name} before it ran: ${StateReason?.Message ?? 'no reason is given'}`,
    resource: InstanceId,
  });
};

/** A shell on a throw-away instance, once its agent answers. */
export const shellOn = async (
  { clients, clock }: ExecutorServices,
  target: Target,
  instanceId: string,
  signal: AbortSignal,
): Promise<RemoteShell> => {
  const shell = new RemoteShell({ clients, clock, target, instanceId, signal });
  await shell.ready();
  return shell;
};

/** Terminates everything that an attempt has launched in a target, found by its tags. */
export const terminateLaunched = async (
  { cloud }: ExecutorServices,
  target: Target,
  attempt: Attempt,
): Promise<void> => {
  const ec2 = await cloud.ec2(target);
  const ids: string[] = [];
  let token: string | undefined;
  do {
    const { Reservations = [], NextToken } = await ec2.describeInstances({
      Filters: [
        tagFilter(workTagKeys.attempt, attempt.id),
        { Name: 'instance-state-name', Values: ['pending', 'running', 'stopping', 'stopped'] },
      ],
      ...(token !== undefined && { NextToken: token }),
    });
    ids.push(
      ...Reservations.flatMap(({ Instances = [] }) => Instances.map(({ InstanceId = '' }) => InstanceId)),
    );
    token = NextToken;
  } while (token !== undefined);
  if (ids.length > 0) await ec2.terminateInstances({ InstanceIds: ids });
};
