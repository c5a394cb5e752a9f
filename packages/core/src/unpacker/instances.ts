import { AmiPublisherError } from '@ami-publisher/base';
import type { Instance } from '@aws-sdk/client-ec2';
import { describeInstances } from '../cloud/describe.js';
import type { CallOptions, Ec2Api } from '../cloud/ec2-api.js';
import { fromTagList, tagFilter, tagKeys } from '../cloud/tags.js';

/** `Name` tag of unpacker instances unless said otherwise. */
export const defaultInstanceName = 'ImageUnpacker';

const usableStates = ['pending', 'running', 'stopping', 'stopped'];

/** The unpacker instances of a target, by their `Name` tag, in any state but ended; in a steady order. */
export const findUnpackerInstances = async (
  ec2: Ec2Api,
  name: string,
  options?: CallOptions,
): Promise<Instance[]> => {
  const filters = [tagFilter(tagKeys.name, name), { Name: 'instance-state-name', Values: usableStates }];
  const found = await describeInstances(ec2, filters, options);
  return found
    .filter((instance) => fromTagList(instance.Tags)[tagKeys.name] === name)
    .sort((a, b) => (idOf(a) < idOf(b) ? -1 : 1));
};

export const idOf = (instance: Instance): string => instance.InstanceId ?? '';
export const stateOf = (instance: Instance): string => instance.State?.Name ?? 'unknown';

/** @returns the error of a target without unpacker. */
export const noUnpacker = (name: string, target: string): AmiPublisherError =>
  new AmiPublisherError('UNPACKER_NOT_FOUND', {
    message: `no ${name} instances found`,
    target,
    call: 'ec2:DescribeInstances',
    resource: name,
    remedy:
      'launch an unpacker instance with that Name tag there, name another with --instance-name, or leave the target out',
  });

const volumeIdsOf = (instance: Instance): string[] =>
  (instance.BlockDeviceMappings ?? []).flatMap((mapping) => mapping.Ebs?.VolumeId ?? []);

const stateRank: Readonly<Record<string, number>> = { running: 0, pending: 1, stopped: 2, stopping: 3 };

/**
 * The order in which the instances of a target are tried: the one that holds the stream's volume first (in whatever state: starting it is
 * cheaper than a full unpack elsewhere), then the running ones.
 */
export const rankInstances = (
  instances: readonly Instance[],
  streamVolumes: ReadonlySet<string>,
): Instance[] => {
  const owns = (instance: Instance) => volumeIdsOf(instance).some((id) => streamVolumes.has(id));
  const rank = (instance: Instance) => (owns(instance) ? 0 : 10) + (stateRank[stateOf(instance)] ?? 9);
  return [...instances].sort((a, b) => rank(a) - rank(b));
};

/** Ids of the volumes that AWS deletes with an instance. */
export const volumesGoingWith = ({ BlockDeviceMappings = [] }: Instance): string[] =>
  BlockDeviceMappings.flatMap(({ Ebs }) => (Ebs?.DeleteOnTermination === true ? (Ebs.VolumeId ?? []) : []));
