import { KmsKeys } from './kms-keys.js';
import type {
  ImageRecord,
  InstanceRecord,
  ModificationRecord,
  SnapshotRecord,
  VolumeRecord,
} from './records.js';
import { Table } from './table.js';

/** An account and region: where a resource is. */
export interface Place {
  readonly accountId: string;
  readonly region: string;
}

/** Everything that one account has in one region. */
export class RegionState implements Place {
  readonly images = new Table<ImageRecord>();
  readonly instances = new Table<InstanceRecord>();
  readonly modifications = new Table<ModificationRecord>();
  readonly snapshots = new Table<SnapshotRecord>();
  readonly volumes = new Table<VolumeRecord>();
  /** Answers to requests with a client token, by action and token. */
  readonly clientTokens = new Map<
    string,
    { readonly request: string; readonly resourceId: Promise<string> }
  >();
  readonly kmsKeys: KmsKeys;

  constructor(
    readonly accountId: string,
    readonly region: string,
  ) {
    this.kmsKeys = new KmsKeys(accountId, region);
  }
}
