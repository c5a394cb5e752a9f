import type { Clock, Logger } from '@ami-publisher/base';
import type { _InstanceType, ArchitectureValues } from '@aws-sdk/client-ec2';
import type { Leaving } from '../faults/call-gate.js';
import type { Policies } from '../iam/iam.js';
import type { QuotaOptions } from '../quotas/figures.js';
import type { VisibilityOptions } from '../visibility/lag.js';
import type { DrawnTime, Latency } from './latency.js';
import type { InstanceHosts, VolumeStorage } from './ports.js';
import type { SnapshotProgress } from './snapshot-progress.js';

/** How the cloud behaves; by default it is quick, and nothing goes wrong. */
export interface CloudBehaviour {
  /** Times of requests and state transitions. @default those of `defaultLatency` in model/latency.ts */
  readonly latency?: Partial<Latency> | undefined;
  /** Seed of the random numbers behind distributions of times. @default a fixed one */
  readonly seed?: string | number | undefined;
  /** How the progress of snapshots is reported. @default 'linear' */
  readonly snapshotProgress?: SnapshotProgress | undefined;
  /** How late changes are seen. @default at once */
  readonly visibility?: VisibilityOptions | undefined;
  /** AWS's limits. @default 'off' */
  readonly quotas?: QuotaOptions | undefined;
  /** IAM policies by role name, user name or account id. @default none: everybody may do everything in their account */
  readonly policies?: Policies | undefined;
}

export interface CloudModelOptions extends CloudBehaviour {
  readonly accounts: readonly { readonly id: string; readonly name: string }[];
  /** Regions that exist and that every account has enabled. */
  readonly regions: readonly string[];
  readonly storage: VolumeStorage;
  readonly hosts: InstanceHosts;
  /** @default the system's */
  readonly clock?: Clock | undefined;
  /** Hears of every time that is taken from `latency`, as it is drawn. */
  readonly onTime?: ((time: DrawnTime) => void) | undefined;
  /** Hears what goes wrong after a call was answered. @default silent */
  readonly logger?: Logger | undefined;
}

/** What the model is told about the one who calls, beside who it is. */
export interface CallerOptions {
  /** Aborts when the caller has gone, or makes a signal that does: a call that hangs ends then; any other goes on. */
  readonly signal?: Leaving | undefined;
}

/** An instance to be added. */
export interface InstanceOptions {
  readonly account: string;
  readonly region: string;
  /** Value of its `Name` tag. */
  readonly name: string;
  /** @default 'running' */
  readonly state?: 'running' | 'stopped' | undefined;
  /** @default 'm6i.large' */
  readonly type?: _InstanceType | undefined;
  /** The AMI that it was launched from. @default none that is told */
  readonly imageId?: string | undefined;
  /** @default 'x86_64' */
  readonly architecture?: ArchitectureValues | undefined;
  /** @default the region's first */
  readonly zone?: string | undefined;
  /** Whether it has a public address while it runs. @default false */
  readonly publicAddress?: boolean | undefined;
  /** Whether Systems Manager can open sessions to it. @default true */
  readonly ssmAgent?: boolean | undefined;
  /** Tags besides `Name`. */
  readonly tags?: Readonly<Record<string, string>> | undefined;
}
