import type { Clock, Logger } from '@ami-publisher/base';
import type { Ec2Action, Ec2Actions } from '@ami-publisher/core';
import type { Membership } from '../kms/key-access.js';
import type { LatencySampler } from '../model/latency.js';
import type { InstanceHosts, VolumeStorage } from '../model/ports.js';
import type { RegionState } from '../model/region-state.js';
import type { SnapshotProgress } from '../model/snapshot-progress.js';
import type { Transitions } from '../model/transitions.js';
import type { RegionName } from '../model/world.js';
import type { ObjectStore } from '../s3/object-store.js';
import type { Lag } from '../visibility/lag.js';

/** What a handler works with: the state of the caller's account in one region, and the ways to make time pass and disks exist. */
export interface Ec2Context {
  readonly state: RegionState;
  /** What the other accounts have in the region. */
  readonly others: () => readonly RegionState[];
  /** What all accounts have in any region. */
  readonly everywhere: (region: string) => readonly RegionState[];
  /** Where the caller's account is in an organization. */
  readonly membership: Membership | undefined;
  readonly clock: Clock;
  readonly latency: LatencySampler;
  readonly transitions: Transitions;
  readonly storage: VolumeStorage;
  readonly hosts: InstanceHosts;
  /** Objects of S3 that EC2 itself writes. */
  readonly objects: ObjectStore;
  readonly logger: Logger;
  readonly snapshotProgress: SnapshotProgress;
  /** What the call does not see yet. */
  readonly lag: Lag;
  /** Every region that exists. */
  readonly world: readonly RegionName[];
  /** Whether the caller's account has the region enabled. */
  readonly isEnabled: (region: string) => boolean;
}

/** One action: takes the decoded request, changes the state, answers. Throws `ApiError`. */
export type Ec2Handler<A extends Ec2Action> = (
  context: Ec2Context,
  input: Ec2Actions[A][0],
) => Ec2Actions[A][1] | Promise<Ec2Actions[A][1]>;
