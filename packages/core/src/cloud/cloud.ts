import type { AmiPublisherError, Clock, Logger } from '@ami-publisher/base';
import type { ConnectorConfiguration, UnpackerProtocol } from '../target/account.js';
import type { Target } from '../target/target.js';
import type { AutoScalingApi } from './auto-scaling-api.js';
import type { CallOptions, Ec2Api } from './ec2-api.js';
import type { KmsApi } from './kms-api.js';
import type { Poller } from './poller.js';
import type { SsmApi } from './ssm-api.js';

/** A part of a selection that could not be turned into targets: an account whose credentials do not work, a region not enabled. */
export interface TargetFailure {
  readonly account: string;
  /** `*` when not even the account's regions are known. */
  readonly region: string;
  readonly error: AmiPublisherError;
}

export interface ResolvedTargets {
  /** In order of account and region, each account id and region once. */
  readonly targets: readonly Target[];
  /** Failures of their own targets only; the others are as good as ever. */
  readonly failures: readonly TargetFailure[];
  /** Things to tell the user: two names for one account, a skip entry that matched nothing. */
  readonly notices: readonly string[];
}

/** What the configuration says about one target beyond its credentials. */
export interface TargetSettings {
  readonly kmsKey: string | undefined;
  readonly connector: ConnectorConfiguration;
  readonly protocol: UnpackerProtocol;
  /** Whether an unpacker of Go has to read what it has unpacked before it is captured. */
  readonly readBack: boolean;
  readonly bestEffort: boolean;
}

export interface ResolveOptions extends CallOptions {
  /** Targets to leave out, in the same form. */
  readonly skip?: string | undefined;
}

/** AWS as the SDK sees it: who there is, and EC2 per target. */
export interface Cloud {
  readonly clock: Clock;
  readonly logger: Logger;
  /**
   * Turns `account,region;…` into targets. Only the accounts that the selection names are asked.
   *
   * @throws `TARGET_MALFORMED`, `UNKNOWN_ACCOUNT`, `NO_TARGETS`.
   */
  resolveTargets(selection: string, options?: ResolveOptions): Promise<ResolvedTargets>;
  ec2(target: Target): Promise<Ec2Api>;
  poller(target: Target): Promise<Poller>;
  /** Auto Scaling, to see which AMIs it launches. @throws `TOOL_MISSING` if its client is not installed */
  autoScaling(target: Target): Promise<AutoScalingApi>;
  /** Key Management Service, to see who can use the keys of snapshots. @throws `TOOL_MISSING` if its client is not installed */
  kms(target: Target): Promise<KmsApi>;
  /** Systems Manager, for the connector `ssm`, and for parameters. @throws `TOOL_MISSING` if its client is not installed */
  ssm(target: Target): Promise<SsmApi>;
  settings(target: Pick<Target, 'account' | 'region'> & { readonly accountId?: string }): TargetSettings;
  /** Closes all connections. */
  close(): void;
}
