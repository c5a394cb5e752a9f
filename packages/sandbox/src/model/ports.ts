import type { Place } from './region-state.js';

/** Which release of a stream a volume held when its snapshot was begun. */
export interface SnapshotContent {
  readonly stream: string;
  readonly leaf: string;
  readonly manifestDigest: string;
  readonly generation: number;
}

/** Where the contents of volumes and snapshots are; the model itself knows only their attributes. */
export interface VolumeStorage {
  /** Makes a volume, empty or with the content of a snapshot. */
  createVolume(place: Place, volumeId: string, sizeGiB: number, snapshotId?: string): Promise<void>;
  resizeVolume(place: Place, volumeId: string, sizeGiB: number): Promise<void>;
  deleteVolume(place: Place, volumeId: string): Promise<void>;
  /**
   * Copies a volume.
   *
   * @returns what it holds; undefined for a volume without an image
   * @throws `SandboxVolumeNotSealed` if the volume holds a file tree that somebody may be writing.
   */
  createSnapshot(place: Place, volumeId: string, snapshotId: string): Promise<SnapshotContent | undefined>;
  deleteSnapshot(place: Place, snapshotId: string): Promise<void>;
  /** Makes a volume visible to this machine. @returns what a link to the device names */
  attach(place: Place, volumeId: string): Promise<string>;
  detach(place: Place, volumeId: string): Promise<void>;
  /** Where the content of a volume is: a folder, or a file with a disk's bytes. */
  volumePath(place: Place, volumeId: string): string;
  snapshotPath(place: Place, snapshotId: string): string;
  /** Lets go of everything that is attached. */
  close(): Promise<void>;
}

/** The machines behind the instances. */
export interface InstanceHosts {
  /** Makes the machine of a new instance. @returns its private address */
  create(place: Place, instanceId: string): Promise<string>;
  /** Gives a machine a public address, a new one each time. @returns the address */
  openPublicAddress(place: Place, instanceId: string): Promise<string>;
  /** Takes the public address away, if there is one. */
  closePublicAddress(place: Place, instanceId: string): Promise<void>;
  /** Makes a volume visible on the machine. */
  attach(place: Place, instanceId: string, volumeId: string, devicePath: string): Promise<void>;
  detach(place: Place, instanceId: string, volumeId: string): Promise<void>;
  /** Boots the machine; resolves when its program is up. */
  start(place: Place, instanceId: string): Promise<void>;
  /** Resolves when the machine's program has ended. */
  stop(place: Place, instanceId: string, force: boolean): Promise<void>;
}
