import type { Clock } from '@ami-publisher/base';
import {
  type CallOptions,
  type Ec2Action,
  type Ec2Actions,
  type Ec2Api,
  fromAwsError,
  type Pacer,
} from '@ami-publisher/core';
import { ec2Handlers } from '../ec2/handlers.js';
import type { Random } from '../model/random.js';
import { sendOnce, sendRepeatedly } from './sdk-behaviour.js';

export interface ModelEc2ApiOptions {
  /** `account,region`, for messages. */
  readonly target: string;
  readonly clock: Clock;
  readonly pacer: Pacer;
  /** Behind the pauses between attempts. */
  readonly random: Random;
  readonly send: <A extends Ec2Action>(
    action: A,
    input: Ec2Actions[A][0],
    gone: AbortSignal,
  ) => Promise<Ec2Actions[A][1]>;
}

const maxAttempts = 6;

/** Calls that may take effect twice without harm; the others are sent once. */
const isRepeatable = (action: Ec2Action): boolean =>
  action.startsWith('Describe') || repeatableWrites.has(action);

const repeatableWrites: ReadonlySet<Ec2Action> = new Set<Ec2Action>([
  'CreateTags',
  'CreateVolume',
  'DeleteTags',
  'DisableImageDeregistrationProtection',
  'EnableImageDeprecation',
  'EnableImageDeregistrationProtection',
  'ModifyInstanceAttribute',
]);

/** EC2 of one target straight on the model: paced, repeated and failing as through the AWS SDK, but on the model's clock. */
export const createModelEc2Api = (options: ModelEc2ApiOptions): Ec2Api => {
  const methods = (Object.keys(ec2Handlers) as Ec2Action[]).map((action) => [
    action.charAt(0).toLowerCase() + action.slice(1),
    (input: object, callOptions: CallOptions = {}) => call(options, action, input, callOptions),
  ]);
  return Object.fromEntries(methods) as Ec2Api;
};

const call = async (
  options: ModelEc2ApiOptions,
  action: Ec2Action,
  input: object,
  { signal }: CallOptions,
): Promise<object> => {
  const { clock, pacer, random, target } = options;
  await pacer.acquire(action, signal);
  try {
    const retry = { clock, random, attempts: isRepeatable(action) ? maxAttempts : 1, signal };
    return await sendRepeatedly(retry, () =>
      sendOnce(clock, signal, (gone) => options.send(action, input as never, gone)),
    );
  } catch (reason) {
    if (signal?.aborted) throw signal.reason;
    const error = fromAwsError(reason, { call: `ec2:${action}`, target, resource: resourceOf(input) });
    if (error.code === 'AWS_THROTTLED') pacer.throttled(action);
    throw error;
  }
};

const idMembers = [
  'VolumeId',
  'SnapshotId',
  'ImageId',
  'InstanceId',
  'Name',
  'VolumeIds',
  'SnapshotIds',
  'ImageIds',
  'InstanceIds',
  'Resources',
];

/** What a request is about, for messages. */
const resourceOf = (input: object): string | undefined => {
  const members = input as Readonly<Record<string, unknown>>;
  const found = idMembers.map((name) => members[name]).find((value) => value !== undefined);
  return found === undefined ? undefined : [found].flat().join(', ');
};
