import type { Clock } from '@ami-publisher/base';
import type { Identity } from '../credentials/identity.js';
import type { Refusal } from '../faults/call-gate.js';
import type { Authorization } from '../iam/evaluate.js';
import type { KmsContext } from '../kms/handlers.js';
import type { ApiError } from '../model/api-error.js';
import type { LatencySampler } from '../model/latency.js';
import type { VolumeStorage } from '../model/ports.js';
import type { RegionState } from '../model/region-state.js';
import type { Transitions } from '../model/transitions.js';

/** What a handler works with: the state of the caller's account in one region, and the ways to make time pass and disks be read. */
export interface ServiceContext extends KmsContext {
  readonly state: RegionState;
  /** What the caller's account has in another region. */
  readonly elsewhere: (region: string) => RegionState;
  readonly latency: LatencySampler;
  readonly clock: Clock;
  readonly transitions: Transitions;
  readonly storage: VolumeStorage;
}

/** One action: takes the decoded request, changes the state, answers. Throws `ApiError`. */
export type ServiceHandler = (context: ServiceContext, input: never) => object | Promise<object>;

/** A service of AWS beside EC2, STS and S3. */
export interface SandboxService {
  /** Every action that the sandbox answers, by name. */
  readonly handlers: Readonly<Record<string, ServiceHandler>>;
  /** What a call has to be allowed, by the service authorization reference. */
  readonly authorizations: (
    context: ServiceContext,
    action: string,
    input: object,
  ) => readonly Authorization[];
  /** Code of the error for a call that no policy allows. */
  readonly deniedCode: 'AccessDenied' | 'AccessDeniedException' | 'AuthorizationError';
  /** What stands before the name of an action in the log of calls and in rules of faults. @default nothing */
  readonly logged?: string;
  /** The faults that the service tells in its own words. */
  readonly refuse: (fault: Refusal, caller: Identity, action: string) => ApiError;
}

/** An authorization of one action on resources, or on `*`. */
export const authorize = (
  { state: { region } }: Pick<ServiceContext, 'state'>,
  action: string,
  resources: readonly string[] = ['*'],
): readonly Authorization[] =>
  resources.map((resource) => ({
    action,
    resource,
    context: new Map([['aws:RequestedRegion', [region]]]),
  }));
