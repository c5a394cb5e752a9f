import type { Clock, Deadlines } from '@ami-publisher/base';
import {
  type AutoScalingApi,
  type CallOptions,
  createKmsApi,
  fromAwsError,
  type KmsApi,
  type SsmApi,
} from '@ami-publisher/core';
import type { AutoScalingAction } from '../autoscaling/handlers.js';
import type { KmsAction } from '../kms/handlers.js';
import { ApiError } from '../model/api-error.js';
import type { Random } from '../model/random.js';
import type { SsmAction } from '../ssm/handlers.js';
import { sendOnce, sendRepeatedly } from './sdk-behaviour.js';

export interface ModelServiceOptions<Action extends string> {
  /** `account,region`, for messages. */
  readonly target: string;
  readonly clock: Clock;
  readonly deadlines: Deadlines;
  /** Behind the pauses between attempts. */
  readonly random: Random;
  readonly send: (action: Action, input: object, gone: () => AbortSignal) => Promise<object>;
}

const maxAttempts = 6;

/** A service straight on the model: repeated and failing as through the AWS SDK, but on the model's clock. */
const caller =
  <Action extends string>(
    service: string,
    { target, clock, deadlines, random, send }: ModelServiceOptions<Action>,
  ) =>
  async <T>(action: Action, input: object, { signal }: CallOptions = {}): Promise<T> => {
    try {
      return (await sendRepeatedly({ clock, random, attempts: maxAttempts, signal }, () =>
        sendOnce(deadlines, signal, (gone) => send(action, input, gone)),
      )) as T;
    } catch (reason) {
      signal?.throwIfAborted();
      const { KeyId: resource } = input as { readonly KeyId?: string };
      throw fromAwsError(reason, { call: `${service}:${action}`, target, resource });
    }
  };

/** Auto Scaling of one target. */
export const createModelAutoScalingApi = (
  options: ModelServiceOptions<AutoScalingAction>,
): AutoScalingApi => {
  const call = caller('autoscaling', options);
  return {
    describeAutoScalingGroups: (page, how) => call('DescribeAutoScalingGroups', page, how),
    describeLaunchConfigurations: (page, how) => call('DescribeLaunchConfigurations', page, how),
  };
};

/** KMS of one target. */
export const createModelKmsApi = (options: ModelServiceOptions<KmsAction>): KmsApi => {
  const call = caller('kms', options);
  return createKmsApi((action, input, how) => call(action, input, how));
};

/** Systems Manager of one target. The unpackers of the model are called without any way to them, so it has no sessions. */
export const createModelSsmApi = (options: ModelServiceOptions<SsmAction>): SsmApi => {
  const call = caller('ssm', options);
  const noSessions = async (): Promise<never> => {
    throw new ApiError('InvalidAction', 'The model front has no sessions.');
  };
  return {
    endpoint: () => '',
    profile: undefined,
    startSession: noSessions,
    terminateSession: noSessions,
    describeParameters: ({ types, page }, how) =>
      call('DescribeParameters', { ParameterFilters: [{ Key: 'Type', Values: types }], ...page }, how),
    getParameters: (Names, how) => call('GetParameters', { Names }, how),
    putParameter: async ({ name, value, dataType }, how) => {
      const request = { Name: name, Value: value, Type: 'String', DataType: dataType, Overwrite: true };
      await call('PutParameter', request, how);
    },
    deleteParameter: async (Name, how) => {
      await call('DeleteParameter', { Name }, how);
    },
  };
};
