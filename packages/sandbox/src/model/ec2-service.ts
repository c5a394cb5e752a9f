import type { Ec2Action, Ec2Actions } from '@ami-publisher/core';
import type { Identity } from '../credentials/identity.js';
import type { Ec2Context, Ec2Handler } from '../ec2/handler.js';
import { ec2Handlers } from '../ec2/handlers.js';
import type { Refusal } from '../faults/call-gate.js';
import type { Iam } from '../iam/iam.js';
import type { Quotas } from '../quotas/quotas.js';
import { checkUsable, namedResources } from '../visibility/named-resources.js';
import type { Account } from './account.js';
import { ApiError, authFailure, throttled } from './api-error.js';

/** A call of an EC2 action, with all that it works with. */
export interface Ec2Call<A extends Ec2Action> {
  readonly caller: Identity;
  readonly account: Account;
  readonly action: A;
  readonly input: Ec2Actions[A][0];
  readonly context: Ec2Context;
}

/** EC2 between the arrival of a request and the action itself: everything that can refuse it, in AWS's order. */
export class Ec2Service {
  readonly #iam: Iam;
  readonly #quotas: Quotas | undefined;

  constructor(iam: Iam, quotas: Quotas | undefined) {
    this.#iam = iam;
    this.#quotas = quotas;
  }

  /** Does what a call asks for. @throws ApiError */
  async apply<A extends Ec2Action>(call: Ec2Call<A>): Promise<Ec2Actions[A][1]> {
    const { action, context, input } = call;
    const { clock, latency, state } = context;
    const ms = latency.next('apiMs');
    if (ms > 0) await clock.sleep(ms);
    if (!call.account.regions.has(state.region)) throw authFailure();
    this.#quotas?.takeToken(state, action, input);
    this.#authorize(call);
    if ('DryRun' in input && input.DryRun === true) {
      throw new ApiError('DryRunOperation', 'Request would have succeeded, but DryRun flag is set.');
    }
    checkUsable(state, namedResources(input), context.lag);
    this.#quotas?.checkResources(state, action, input);
    const handler: Ec2Handler<A> = ec2Handlers[action];
    return handler(context, input);
  }

  #authorize<A extends Ec2Action>({ account, action, caller, context, input }: Ec2Call<A>): void {
    if (account.deniedActions.has(action)) throw unauthorized(caller, action);
    this.#iam.checkEc2(caller, context.state, action, input);
  }
}

/** The faults that EC2 tells in its own words. */
export const ec2Refusal = (fault: Refusal, caller: Identity, action: string): ApiError => {
  switch (fault.kind) {
    case 'throttle':
      return throttled();
    case 'deny':
      return unauthorized(caller, action);
    case 'server-error':
      return fault.status === 503
        ? new ApiError('Unavailable', "The server is overloaded and can't handle the request.")
        : new ApiError('InternalError', 'An internal error has occurred');
  }
};

const unauthorized = ({ arn }: Identity, action: string): ApiError =>
  new ApiError(
    'UnauthorizedOperation',
    `You are not authorized to perform this operation. User: ${arn} is not authorized to perform: ec2:${action}`,
  );
