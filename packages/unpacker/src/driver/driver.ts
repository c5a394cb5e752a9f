import type { ImageSource, Manifest } from '@ami-publisher/image';

/** A device that is attached now. */
export interface Device {
  /** The EBS volume id. */
  readonly id: string;
  /** Where it really is, links resolved: two ids with one path are one device. */
  readonly path: string;
  readonly sizeBytes: number;
}

/** What a volume says that it holds. */
export type VolumeContents =
  /** Nothing. */
  | { readonly kind: 'blank' }
  /** Something that no unpacker wrote. */
  | { readonly kind: 'foreign' }
  /** An update of it was begun and not ended: a mixture of two images. */
  | { readonly kind: 'partial'; readonly stream: string; readonly generation: number }
  /** Exactly one complete image. */
  | ({ readonly kind: 'image'; readonly sealed: boolean } & ImageLabel);

/** Which image a volume holds, and at which generation. */
export interface ImageLabel {
  readonly stream: string;
  readonly leaf: string;
  /** Lower-case hex SHA-512. */
  readonly manifestDigest: string;
  readonly generation: number;
}

/** How far a piece of work is. */
export interface DriverProgress {
  /** `scan`, `fetch`, `update` or `seal`. */
  readonly phase: string;
  readonly filesDone: number;
  readonly filesTotal: number;
  readonly bytesDone: number;
  readonly bytesTotal: number;
}

export interface DriverOptions {
  readonly onProgress: (progress: DriverProgress) => void;
  readonly signal: AbortSignal;
}

export interface ScanOptions extends DriverOptions {
  /** Reads every file again, even if nothing says that it changed. */
  readonly full: boolean;
}

export interface UpdateOptions extends DriverOptions {
  /** What the volume holds afterwards, and the generation that it gets with the first change. */
  readonly label: ImageLabel;
  readonly manifest: Manifest;
  readonly source: ImageSource;
}

/** What an update did. */
export interface UpdateResult {
  readonly filesWritten: number;
  readonly filesRemoved: number;
  readonly metadataChanged: number;
  readonly bytesFetched: number;
  readonly bytesWritten: number;
}

/**
 * Finds devices and writes images onto them. Calls for one device never overlap; those for different devices do.
 *
 * A driver keeps what it must remember about a volume on that volume, so that any unpacker can go on with it.
 */
export interface Driver {
  readonly name: string;
  /**
   * Finds an attached device by its identity.
   *
   * @param options `hint` is the name asked for at the attachment, for hosts that do not tell a device's identity.
   * @returns undefined if it is not attached.
   */
  find(
    deviceId: string,
    options: { readonly hint?: string | undefined; readonly signal?: AbortSignal | undefined },
  ): Promise<Device | undefined>;
  /** Reads what the volume says that it holds. */
  inspect(device: Device): Promise<VolumeContents>;
  /** Looks at the tree on the volume, so that an update can begin at once. The volume is not sealed. */
  scan(device: Device, options: ScanOptions): Promise<void>;
  /**
   * Makes the volume hold exactly the image of the manifest. From before the first change until the end, also across a crash, `inspect`
   * answers `partial`. A seal is broken before the first change. A tree that is right already is only labelled.
   *
   * @throws `NO_SPACE`, `OBJECT_CORRUPT`, `OBJECT_MISSING`, `IMAGE_SERVER_UNREACHABLE`, or the signal's reason.
   */
  update(device: Device, options: UpdateOptions): Promise<UpdateResult>;
  /**
   * Makes the volume fit for a snapshot: flushed, closed, and saying so.
   *
   * @throws `NOT_SEALABLE` unless it holds exactly one complete image.
   */
  seal(device: Device, options: DriverOptions): Promise<void>;
  /** Opens a sealed volume for writing, at a new generation. */
  unseal(device: Device, generation: number): Promise<void>;
  /** Makes the file system fill its device. The volume is not sealed. */
  grow(device: Device): Promise<void>;
  /** Lets go of the volume, so that its device can be detached. */
  release(device: Device): Promise<void>;
  /**
   * Names the file or block device that has all bytes of a released volume. Whoever opens it reads what is on the volume, and nothing older
   * that the machine may still have in memory. Left out where volumes have no raw form.
   */
  rawPath?(device: Device): Promise<string>;
  /** Removes all that the volume holds. */
  forget(device: Device): Promise<void>;
}
