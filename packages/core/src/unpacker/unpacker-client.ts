import type { StepProgress } from '../steps/step.js';

/** Where a stream of an unpacker is; names as on the wire. */
export type StreamState =
  | 'STREAM_STATE_UNSPECIFIED'
  | 'NO_DEVICE'
  | 'BLANK'
  | 'IDLE'
  | 'PREPARED'
  | 'SCANNING'
  | 'FETCHING'
  | 'UPDATING'
  | 'UNPACKED'
  | 'SEALING'
  | 'SEALED'
  | 'NEEDS_SCAN'
  | 'DEVICE_MISSING'
  | 'EXPORTING'
  | 'TRANSFERRING';

export interface UnpackerStream {
  readonly name: string;
  readonly state: StreamState;
  /** The EBS volume id; empty if none. */
  readonly deviceId: string;
  readonly generation: number;
  /** What the volume holds completely; empty otherwise. */
  readonly leaf: string;
  readonly manifestDigest: string;
  /** The publication that holds the live lease, if any. */
  readonly leasedTo: string | undefined;
}

export interface UnpackerDevice {
  /** The EBS volume id. */
  readonly id: string;
  readonly sizeBytes: number;
  /** Empty = free. */
  readonly stream: string;
  readonly present: boolean;
  /** Names of the KMS key that encrypts it, as they were told with it; empty = not known. */
  readonly kmsKeys: readonly string[];
}

/** A volume that a stream is to have. */
export interface StreamDevice {
  /** The EBS volume id. */
  readonly id: string;
  /** Names of the KMS key that encrypts it. */
  readonly kmsKeys: readonly string[];
}

export interface UnpackerStatus {
  readonly version: string;
  readonly capabilities: readonly string[];
  readonly streams: readonly UnpackerStream[];
  readonly devices: readonly UnpackerDevice[];
  readonly lastUsedAt: Date;
}

/** Names the lease that a call is made under. */
export interface LeaseRef {
  readonly stream: string;
  readonly publication: string;
  readonly epoch: number;
}

export interface UnpackCounts {
  readonly generation: number;
  readonly filesWritten: number;
  readonly filesRemoved: number;
  readonly metadataChanged: number;
  readonly bytesFetched: number;
  readonly bytesWritten: number;
}

export interface Capture {
  readonly generation: number;
  readonly leaf: string;
  readonly manifestDigest: string;
}

/** What fetching a volume from its unpacker takes: `GET /raw` at the port, with the ticket as bearer token; the answer is gzip. */
export interface RawOffer {
  readonly ticket: string;
  /** Of the unpacker's instance. */
  readonly port: number;
  /** Base64 SHA-256 of the public key that the port shows; nobody else vouches for it. */
  readonly publicKeySha256: string;
  readonly sizeBytes: number;
  readonly leaf: string;
  readonly manifestDigest: string;
}

export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
}

export interface OperationOptions extends CallOptions {
  readonly onProgress?: ((progress: StepProgress) => void) | undefined;
}

/**
 * One unpacker, whatever the wire. Long calls carry an operation id: the same id joins what runs already or returns its result. Every
 * method rejects with an `AmiPublisherError`.
 */
export interface UnpackerClient {
  status(options?: CallOptions): Promise<UnpackerStatus>;
  createStream(stream: string, options?: CallOptions): Promise<void>;
  /** @throws `LEASE_HELD`, `DRAINING`. */
  acquireLease(stream: string, publication: string, holder: string, options?: CallOptions): Promise<LeaseRef>;
  /** @throws `LEASE_LOST`. */
  renewLease(lease: LeaseRef, options?: CallOptions): Promise<void>;
  releaseLease(lease: LeaseRef, options?: CallOptions): Promise<void>;
  /**
   * Has the unpacker take no new work for a while; 0 ends that. What it works on goes on.
   *
   * @returns the streams with a live lease or a running operation
   */
  drain(durationMs: number, options?: CallOptions): Promise<readonly string[]>;
  /**
   * Attaches a volume, with what an unpacker needs that knows volumes only by their appearing while it looks for them. `addDevice` or `claimDevice` come
   * after it.
   *
   * @param attach resolves when the volume is attached
   */
  whileAttaching<T>(deviceId: string, attach: () => Promise<T>, options?: CallOptions): Promise<T>;
  /** @throws `DEVICE_NOT_FOUND`. */
  addDevice(
    device: StreamDevice & { readonly hint: string },
    lease: LeaseRef,
    options?: CallOptions,
  ): Promise<void>;
  associateStream(device: StreamDevice, lease: LeaseRef, options?: CallOptions): Promise<void>;
  growDevice(deviceId: string, sizeBytes: number, lease: LeaseRef, options?: CallOptions): Promise<void>;
  removeDevice(deviceId: string, lease: LeaseRef, options?: CallOptions): Promise<void>;
  prepareForUnpack(operationId: string, lease: LeaseRef, options?: OperationOptions): Promise<void>;
  unpackImage(
    operationId: string,
    image: { readonly leaf: string; readonly manifestDigest: string },
    lease: LeaseRef,
    options?: OperationOptions,
  ): Promise<UnpackCounts>;
  /** @throws `NOT_SEALABLE`. */
  prepareForCapture(operationId: string, lease: LeaseRef, options?: OperationOptions): Promise<Capture>;
  /** @throws `CAPTURE_NOT_CONFIRMED`. */
  confirmCapture(generation: number, lease: LeaseRef, options?: CallOptions): Promise<void>;
  /**
   * Seals the stream's volume, and lets it be fetched once by whoever has a ticket, until the call ends.
   *
   * @param take is given the ticket as soon as it is good
   * @returns lower-case hex SHA-256 of the volume as it was fetched
   * @throws `RAW_UNAVAILABLE`, `NOT_SEALABLE`, `TIMED_OUT` if nobody comes within 15 minutes
   */
  offerRaw(take: (offer: RawOffer) => void, lease: LeaseRef, options?: OperationOptions): Promise<string>;
  close(): void;
}

/** An image as it was exported. */
export interface ExportedImage extends Capture {
  /** An absolute path on the unpacker, or `s3://BUCKET/KEY`. */
  readonly destination: string;
  /** Of the file as written. */
  readonly bytes: number;
  /** Of the file as written, lower-case hex. */
  readonly sha512: string;
}

/** Bytes of a volume, counted from its beginning. */
export interface RawRange {
  /** @default 0 */
  readonly offset?: number | undefined;
  /** 0 = to the end of the volume. @default 0 */
  readonly length?: number | undefined;
}

/** Bytes of a volume at a place; what lies between two of them is zeros. */
export interface RawBytes {
  readonly offset: number;
  readonly data: Uint8Array;
}

/** How a transfer ended: all of a range has been sent. */
export interface RawEnd {
  /** Where the range ends. */
  readonly offset: number;
  /** Of the whole range, zeros included; lower-case hex. */
  readonly sha512: string;
}

/** An unpacker for whoever operates it: beside what a publication needs, what adds, removes and reads out. */
export interface UnpackerOperatorClient extends UnpackerClient {
  /** @throws `DEVICE_NOT_FOUND`, `DEVICE_IN_USE` if it holds data and is not forced. */
  claimDevice(deviceId: string, how: { readonly force: boolean }, options?: CallOptions): Promise<void>;
  /** Wipes the stream's volume and forgets the stream. Forced, no lease is needed and its operations are stopped. */
  forgetStream(stream: string, authority: LeaseRef | 'force', options?: CallOptions): Promise<void>;
  /** A free device needs no lease. */
  removeDevice(
    deviceId: string,
    authority: LeaseRef | 'force' | 'free',
    options?: CallOptions,
  ): Promise<void>;
  prepareForUnpack(
    operationId: string,
    lease: LeaseRef,
    options?: OperationOptions & { readonly full?: boolean | undefined },
  ): Promise<void>;
  /** @throws `NOT_SEALABLE`. */
  prepareForCopy(operationId: string, lease: LeaseRef, options?: OperationOptions): Promise<void>;
  /** @throws `NOT_SEALABLE`, `RAW_UNAVAILABLE`, `TOOL_MISSING`, `NO_SPACE`, `EXPORT_FAILED`. */
  exportImage(
    operationId: string,
    request: { readonly format: string; readonly destination: string },
    lease: LeaseRef,
    options?: OperationOptions,
  ): Promise<ExportedImage>;
  /**
   * Reads a range of the stream's volume. The next bytes come when `take` has resolved; the unpacker gives up after a minute without that.
   *
   * @throws `RAW_UNAVAILABLE`, `NOT_SEALABLE`, `TIMED_OUT`.
   */
  getRaw(
    range: RawRange,
    take: (bytes: RawBytes) => Promise<void>,
    lease: LeaseRef,
    options?: CallOptions,
  ): Promise<RawEnd>;
  /** @throws `OPERATION_NOT_FOUND`. */
  cancelOperation(operationId: string, lease: LeaseRef, options?: CallOptions): Promise<void>;
}
