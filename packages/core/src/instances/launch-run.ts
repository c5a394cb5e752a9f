import { AmiPublisherError, clientToken, toAmiPublisherError } from '@ami-publisher/base';
import type { Instance, RunInstancesRequest } from '@aws-sdk/client-ec2';
import { awsCode, noId } from '../cloud/aws-error.js';
import { describeInstances } from '../cloud/describe.js';
import { tagFilter, tagKeys } from '../cloud/tags.js';
import type { ChangeContext } from '../operations/command.js';
import { listSettled } from '../steps/send-once.js';
import { targetKey } from '../target/target.js';
import { idOf } from '../unpacker/instances.js';
import { wakeInstance } from '../unpacker/wake.js';
import { type LaunchChange, launchCall, runRequest } from './launch-change.js';
import { hasEnded } from './named-instances.js';
import type { ChosenSubnet } from './network.js';
import { type ReadyInstance, ready } from './start.js';
import { heldVolumes, terminate } from './terminate.js';

/** Launches an instance in the first subnet that has room, and waits until it is ready. @throws `AWS_QUOTA_EXCEEDED` if none has */
export const launch = async (context: ChangeContext, change: LaunchChange): Promise<ReadyInstance> => {
  const { services, target, signal } = context;
  const launched = await runOnce(context, change);
  try {
    const running = await wakeInstance(services.cloud, target, launched, { signal });
    return await ready(context, running, change.readiness);
  } catch (reason) {
    if (signal.aborted) throw reason;
    throw notReady(context, idOf(launched), reason);
  }
};

/**
 * A client token makes a request with its subnet take effect once. Which subnet comes first is therefore what an earlier process wrote down, if it
 * did not see the answer.
 */
const runOnce = (context: ChangeContext, change: LaunchChange): Promise<Instance> => {
  const { publicationId, target, attempt } = context;
  const begun = context.openIntent(launchCall)?.request.subnet;
  const first = change.subnets.filter(({ id }) => id === begun);
  const subnets = [...first, ...change.subnets.filter(({ id }) => id !== begun)];
  return runWhereThereIsRoom(context, { ...change, subnets }, async (subnet) => {
    const step = `${change.resource} ${subnet.id}`;
    const token = clientToken(publicationId, targetKey(target), step, attempt);
    return runRequest(change, subnet, { clientToken: token, operationId: publicationId });
  });
};

/**
 * Launches an instance in the first subnet that has room.
 *
 * @param requestFor makes the request for a subnet, with a client token
 * @throws `AWS_QUOTA_EXCEEDED` if none has
 */
export const runWhereThereIsRoom = async (
  context: ChangeContext,
  change: Pick<LaunchChange, 'imageId' | 'instanceType' | 'subnets'>,
  requestFor: (subnet: ChosenSubnet) => Promise<RunInstancesRequest>,
): Promise<Instance> => {
  const { services, signal } = context;
  const refusals: string[] = [];
  for (const subnet of change.subnets) {
    const request = await requestFor(subnet);
    const { ClientToken: clientToken } = request;
    await context.intend(launchCall, { image: change.imageId, subnet: subnet.id, clientToken });
    try {
      const { Instances: [instance] = [] } = await services.ec2.runInstances(request, { signal });
      if (instance?.InstanceId !== undefined) return instance;
    } catch (reason) {
      const error = toAmiPublisherError(reason);
      if (!isWithoutRoom(error)) throw error;
      await context.refused(launchCall);
      refusals.push(refusal(subnet, error));
      continue;
    }
    throw noId(launchCall, 'instance');
  }
  throw noCapacity(change, refusals);
};

/** Refusals that another subnet or zone may not give. */
const roomCodes: ReadonlySet<string> = new Set([
  'InsufficientFreeAddressesInSubnet',
  'InsufficientHostCapacity',
  'InsufficientInstanceCapacity',
  'InsufficientReservedInstanceCapacity',
  'Unsupported',
]);

const isWithoutRoom = ({ cause }: AmiPublisherError): boolean =>
  cause instanceof Error && roomCodes.has(awsCode(cause));

const refusal = ({ id, zone }: ChosenSubnet, { cause }: AmiPublisherError): string =>
  `${id} (${zone}): ${awsCode(cause as Error)}`;

const noCapacity = (
  change: Pick<LaunchChange, 'imageId' | 'instanceType'>,
  refusals: readonly string[],
): AmiPublisherError =>
  new AmiPublisherError('AWS_QUOTA_EXCEEDED', {
    message: `${launchCall}: no subnet has room for a ${change.instanceType}: ${refusals.join('; ')}`,
    call: launchCall,
    resource: change.imageId,
    remedy: 'name other subnets with --subnet, or another type with --instance-type; or try again later',
  });

const notReady = ({ publicationId }: ChangeContext, id: string, reason: unknown): AmiPublisherError => {
  const error = toAmiPublisherError(reason);
  return new AmiPublisherError(error.code, {
    message: `${id} was launched, but is not ready: ${error.summary}`,
    resource: id,
    call: launchCall,
    remedy: `look at its system log; \`operations resume ${publicationId}\` waits again, \`operations undo ${publicationId}\` terminates it`,
    cause: error,
  });
};

/** Terminates what a change has launched, unless its unpacker works for a publication by now. */
export const undoLaunch = async (
  context: ChangeContext,
  change: LaunchChange,
  done: ReadyInstance | undefined,
): Promise<void> => {
  const { services, publicationId, signal } = context;
  const list = async () => {
    const mine = [
      tagFilter(tagKeys.publication, publicationId),
      { Name: 'image-id', Values: [change.imageId] },
    ];
    return (await describeInstances(services.ec2, mine, { signal })).filter((one) => !hasEnded(one));
  };
  const launched = await listSettled(context, launchCall, done?.instanceId, { list, idOf });
  const held = await heldVolumes(services.ec2, launched, { signal });
  for (const instance of launched) {
    const resource = idOf(instance);
    const volumes = held.get(resource) ?? [];
    const fate = { volumes, keepVolumes: false, force: false };
    await terminate(context, { call: 'ec2:TerminateInstances', resource, text: '', ...fate });
  }
};
