import type { Clock } from '@ami-publisher/base';
import { ServiceResources } from '../services/resources.js';
import { KmsKeys } from './kms-keys.js';
import { Network } from './network.js';
import type {
  ImageRecord,
  ImageUsageReportRecord,
  InstanceRecord,
  KeyPairRecord,
  ModificationRecord,
  SnapshotRecord,
  VolumeRecord,
} from './records.js';
import { References } from './references.js';
import { Table } from './table.js';

/** An account and region: where a resource is. */
export interface Place {
  readonly accountId: string;
  readonly region: string;
}

/** Everything that one account has in one region. */
export class RegionState implements Place {
  readonly images: Table<ImageRecord>;
  readonly instances: Table<InstanceRecord>;
  readonly keyPairs: Table<KeyPairRecord>;
  readonly modifications: Table<ModificationRecord>;
  readonly snapshots: Table<SnapshotRecord>;
  readonly usageReports: Table<ImageUsageReportRecord>;
  readonly volumes: Table<VolumeRecord>;
  /** Answers to requests with a client token, by action and token. */
  readonly clientTokens = new Map<
    string,
    { readonly requestDigest: string; readonly resourceId: Promise<string> }
  >();
  /** When the last snapshot of each volume was started, in milliseconds since the epoch. */
  readonly snapshotStarts = new Map<string, number>();
  readonly kmsKeys: KmsKeys;
  /** What may name images beside instances. */
  readonly references: References;
  /** What other services keep. */
  readonly services: ServiceResources;
  /** What is kept when it is deleted: as retention rules of Recycle Bin for the whole region would have it. */
  readonly retained = { images: false, snapshots: false };
  /** The tags that the account has given what others share with it, by id; nobody else sees them. */
  readonly sharedTags = new Map<string, ReadonlyMap<string, string>>();
  /** Zones that have no room for more instances. */
  readonly fullZones = new Set<string>();
  #network: Network | undefined;

  constructor(
    readonly accountId: string,
    readonly region: string,
    private readonly clock: Pick<Clock, 'now'>,
  ) {
    this.images = new Table(clock);
    this.instances = new Table(clock);
    this.keyPairs = new Table(clock);
    this.modifications = new Table(clock);
    this.snapshots = new Table(clock);
    this.usageReports = new Table(clock);
    this.volumes = new Table(clock);
    this.kmsKeys = new KmsKeys(accountId, region);
    this.references = new References(clock);
    this.services = new ServiceResources({ accountId, region }, clock);
  }

  /** Made when it is first looked at, as most regions of a large cloud launch nothing. */
  get network(): Network {
    this.#network ??= new Network(this.region, this.clock);
    return this.#network;
  }
}
