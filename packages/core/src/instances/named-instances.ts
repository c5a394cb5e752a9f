import { AmiPublisherError } from '@ami-publisher/base';
import type { Instance } from '@aws-sdk/client-ec2';
import { describeInstances } from '../cloud/describe.js';
import type { CallOptions, Ec2Api } from '../cloud/ec2-api.js';
import type { ChangeContext } from '../operations/command.js';
import { defaultInstanceName, idOf, stateOf } from '../unpacker/instances.js';

/** Which instances a command is about. */
export interface NamedInstances {
  /** `Name` tag, exactly. @default 'ImageUnpacker' */
  readonly instanceName?: string | undefined;
}

/** An instance for people: `i-0123 (running)`. */
export const nameOf = (instance: Instance): string => `${idOf(instance)} (${stateOf(instance)})`;

/** The name to look for. @throws `INVALID_OPTION` for an empty one */
export const instanceNameOf = ({ instanceName = defaultInstanceName }: NamedInstances): string => {
  if (instanceName !== '') return instanceName;
  throw new AmiPublisherError('INVALID_OPTION', { message: 'the name of the instances is empty' });
};

/** An instance as it is now; undefined if EC2 knows it no more. */
export const instanceNow = async (
  ec2: Ec2Api,
  id: string,
  options: CallOptions,
): Promise<Instance | undefined> =>
  (await describeInstances(ec2, [{ Name: 'instance-id', Values: [id] }], options))[0];

/** @throws `AWS_NOT_FOUND` if EC2 knows the instance no more. */
export const existingInstance = async (
  { services, signal }: ChangeContext,
  id: string,
): Promise<Instance> => {
  const found = await instanceNow(services.ec2, id, { signal });
  if (found !== undefined) return found;
  throw new AmiPublisherError('AWS_NOT_FOUND', {
    message: `the instance ${id} does not exist any more`,
    call: 'ec2:DescribeInstances',
    resource: id,
  });
};

const endedStates: ReadonlySet<string> = new Set(['shutting-down', 'terminated']);

/** Whether an instance has ended, or is about to. */
export const hasEnded = (instance: Instance): boolean => endedStates.has(stateOf(instance));
