import type { ShellResult, ShellRun } from '../instances/shell.js';
import type { Place } from './region-state.js';

/** Which release of a stream a volume held when its snapshot was begun. */
export interface SnapshotContent {
  readonly stream: string;
  readonly leaf: string;
  readonly manifestDigest: string;
  readonly generation: number;
}

/** A snapshot, and where it is. */
export interface StoredSnapshot extends Place {
  readonly snapshotId: string;
}

/** Where the contents of volumes and snapshots are; the model itself knows only their attributes. */
export interface VolumeStorage {
  /** Makes a volume, empty or with the content of a snapshot. */
  createVolume(place: Place, volumeId: string, sizeGiB: number, source?: StoredSnapshot): Promise<void>;
  resizeVolume(place: Place, volumeId: string, sizeGiB: number): Promise<void>;
  deleteVolume(place: Place, volumeId: string): Promise<void>;
  /**
   * Copies a volume.
   *
   * @returns what it holds; undefined for a volume without an image
   * @throws `SandboxVolumeNotSealed` if the volume holds a file tree that somebody may be writing.
   */
  createSnapshot(place: Place, volumeId: string, snapshotId: string): Promise<SnapshotContent | undefined>;
  copySnapshot(source: StoredSnapshot, place: Place, snapshotId: string): Promise<void>;
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

/** A script for a machine; without a root it runs where this process does, in the folder of the instance. */
export type Command = Pick<ShellRun, 'script' | 'root' | 'directory' | 'timeoutMs'>;

/** What a machine that was launched with user data does with it. */
export interface UserData {
  /** A script for `cloud-init`. */
  readonly script: string;
  /** Tells that the machine has switched itself off. */
  readonly poweredOff: () => void;
}

/** The machines behind the instances. */
export interface InstanceHosts {
  /** Makes the machine of a new instance; with user data it runs that in place of its program. @returns its private address */
  create(place: Place, instanceId: string, userData?: UserData): Promise<string>;
  /** What the machine has written to its serial console. */
  console(place: Place, instanceId: string): Promise<string>;
  /** Gives a machine a public address, a new one each time. @returns the address */
  openPublicAddress(place: Place, instanceId: string): Promise<string>;
  /** Takes the public address away, if there is one. */
  closePublicAddress(place: Place, instanceId: string): Promise<void>;
  /** Makes a volume visible on the machine. */
  attach(place: Place, instanceId: string, volumeId: string, devicePath: string): Promise<void>;
  detach(place: Place, instanceId: string, volumeId: string): Promise<void>;
  /** Runs a script; it is killed when the machine stops. */
  runCommand(place: Place, instanceId: string, run: Command): Promise<ShellResult>;
  /** Boots the machine; resolves when its program is up. */
  start(place: Place, instanceId: string): Promise<void>;
  /** Resolves when the machine's program has ended. */
  stop(place: Place, instanceId: string, force: boolean): Promise<void>;
}
