import type { Clock, Deadlines } from '@ami-publisher/base';
import { createEc2Api, type Ec2Action, type Ec2Actions, type Ec2Api, type Pacer } from '@ami-publisher/core';
import type { Random } from '../model/random.js';
import { sendOnce, sendRepeatedly } from './sdk-behaviour.js';

export interface ModelEc2ApiOptions {
  /** `account,region`, for messages. */
  readonly target: string;
  readonly clock: Clock;
  readonly deadlines: Deadlines;
  readonly pacer: Pacer;
  /** Behind the pauses between attempts. */
  readonly random: Random;
  readonly send: <A extends Ec2Action>(
    action: A,
    input: Ec2Actions[A][0],
    gone: () => AbortSignal,
  ) => Promise<Ec2Actions[A][1]>;
}

const maxAttempts = 6;

/** EC2 of one target straight on the model: paced, repeated and failing as through the AWS SDK, but on the model's clock. */
export const createModelEc2Api = ({
  target,
  pacer,
  clock,
  deadlines,
  random,
  send,
}: ModelEc2ApiOptions): Ec2Api =>
  createEc2Api({
    target,
    pacer,
    send: (action, input, { signal, repeatable }) =>
      sendRepeatedly({ clock, random, attempts: repeatable ? maxAttempts : 1, signal }, () =>
        sendOnce(deadlines, signal, (gone) => send(action, input as never, gone)),
      ),
  });
