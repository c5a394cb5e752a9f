import { createHash, randomBytes } from 'node:crypto';
import { AmiPublisherError, type Clock, type Logger, silentLogger, systemClock } from '@ami-publisher/base';
import type { ClientTls } from '@ami-publisher/protocol';
import type { StepProgress } from '../steps/step.js';
import { createGrpcUnpackerClient } from './grpc-unpacker-client.js';
import { keepLease } from './lease-keeper.js';
import type {
  Capture,
  ExportedImage,
  LeaseRef,
  OperationOptions,
  RawBytes,
  RawEnd,
  RawRange,
  StreamDevice,
  UnpackCounts,
  UnpackerClient,
  UnpackerOperatorClient,
  UnpackerStatus,
} from './unpacker-client.js';

export interface UnpackerOperatorOptions {
  readonly client: UnpackerOperatorClient;
  /** Who operates, such as `name@host`; part of the leases that the unpacker shows. Printable ASCII without spaces, at most 150 characters. */
  readonly operator: string;
  /** Ends what is under way: an operation that was begun is cancelled. */
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: StepProgress) => void) | undefined;
  /** @default the machine's */
  readonly clock?: Clock | undefined;
  /** @default silent */
  readonly logger?: Logger | undefined;
}

/** How an unpacker is reached without AWS. */
export interface UnpackerAddress {
  /** `host:port` */
  readonly address: string;
  /** Left out, the connection is plain text, which only loopback addresses may have. */
  readonly tls?: ClientTls | undefined;
}

/** What a call on a stream's device may make on its way. */
export interface BindDeviceOptions {
  /** Whether to create the stream if there is none of that name. @default false */
  readonly createStream?: boolean | undefined;
}

/**
 * Operates one unpacker by hand. A call that changes a stream takes its lease for as long as it lasts, so that it meets no publication half
 * way; it fails with `LEASE_HELD` while one is under way.
 *
 * @example
 * const operator = UnpackerOperator.at({ address: '127.0.0.1:6974' }, { operator: 'me@laptop' });
 * await operator.capture('base/debian-12');
 * operator.close();
 */
export class UnpackerOperator {
  readonly #client: UnpackerOperatorClient;
  readonly #publication: string;
  readonly #signal: AbortSignal;
  readonly #onProgress: ((progress: StepProgress) => void) | undefined;
  readonly #clock: Clock;
  readonly #logger: Logger;

  constructor(options: UnpackerOperatorOptions) {
    this.#client = options.client;
    // Two commands of one person must not take each other's leases over.
    this.#publication = `operator/${options.operator}/${randomBytes(4).toString('hex')}`;
    this.#signal = options.signal ?? new AbortController().signal;
    this.#onProgress = options.onProgress;
    this.#clock = options.clock ?? systemClock;
    this.#logger = options.logger ?? silentLogger;
  }

  /** Operates the unpacker at an address. */
  static at(where: UnpackerAddress, options: Omit<UnpackerOperatorOptions, 'client'>): UnpackerOperator {
    return new UnpackerOperator({ ...options, client: createGrpcUnpackerClient(where) });
  }

  status(): Promise<UnpackerStatus> {
    return this.#client.status({ signal: this.#signal });
  }

  /**
   * Waits for a volume that is being attached, records it and binds it to a stream.
   *
   * @throws `DEVICE_NOT_FOUND` after a minute, `DEVICE_IN_USE`, `STREAM_NOT_FOUND`.
   */
  async addDevice(
    stream: string,
    device: StreamDevice & { readonly hint?: string | undefined },
    options: BindDeviceOptions = {},
  ): Promise<void> {
    await this.#createStream(stream, options);
    const { hint = '' } = device;
    await this.#underLease(stream, (lease, call) => this.#client.addDevice({ ...device, hint }, lease, call));
  }

  /** Records a volume that is attached, without a stream. @throws `DEVICE_NOT_FOUND`, `DEVICE_IN_USE`. */
  claimDevice(deviceId: string, { force = false }: { readonly force?: boolean } = {}): Promise<void> {
    return this.#client.claimDevice(deviceId, { force }, { signal: this.#signal });
  }

  /** Binds a recorded volume to a stream; what it holds of anything else is wiped. */
  async associateStream(
    stream: string,
    device: StreamDevice,
    options: BindDeviceOptions = {},
  ): Promise<void> {
    await this.#createStream(stream, options);
    await this.#underLease(stream, (lease, call) => this.#client.associateStream(device, lease, call));
  }

  /** Wipes a stream's volume and forgets the stream. Forced, it takes no lease and stops what runs. */
  async forgetStream(stream: string, { force = false }: { readonly force?: boolean } = {}): Promise<void> {
    if (force) await this.#client.forgetStream(stream, 'force', { signal: this.#signal });
    else await this.#underLease(stream, (lease, call) => this.#client.forgetStream(stream, lease, call));
  }

  /** Lets go of a volume, which keeps what it holds, and takes it from its stream. Forced, it takes no lease and stops what runs. */
  async removeDevice(deviceId: string, { force = false }: { readonly force?: boolean } = {}): Promise<void> {
    const { devices } = await this.status();
    const owner = devices.find(({ id }) => id === deviceId)?.stream ?? '';
    const remove = (authority: LeaseRef | 'force' | 'free', call: OperationOptions) =>
      this.#client.removeDevice(deviceId, authority, call);
    if (force || owner === '') await remove(force ? 'force' : 'free', { signal: this.#signal });
    else await this.#underLease(owner, remove);
  }

  /** Looks at the stream's volume, so that an unpack can begin at once. `full` reads every file again. @default not full */
  prepare(stream: string, { full = false }: { readonly full?: boolean } = {}): Promise<void> {
    return this.#operation(stream, 'prepare', (id, lease, call) =>
      this.#client.prepareForUnpack(id, lease, { ...call, full }),
    );
  }

  /** Makes the stream's volume hold an image. */
  unpack(
    stream: string,
    image: { readonly leaf: string; readonly manifestDigest: string },
  ): Promise<UnpackCounts> {
    return this.#operation(stream, 'unpack', (id, lease, call) =>
      this.#client.unpackImage(id, image, lease, call),
    );
  }

  /** Seals the stream's volume, so that a snapshot may be taken of it. @throws `NOT_SEALABLE`. */
  capture(stream: string): Promise<Capture> {
    return this.#operation(stream, 'capture', (id, lease, call) =>
      this.#client.prepareForCapture(id, lease, call),
    );
  }

  /** Flushes and unmounts the stream's volume, so that its device may be read. @throws `NOT_SEALABLE`. */
  copy(stream: string): Promise<void> {
    return this.#operation(stream, 'copy', (id, lease, call) => this.#client.prepareForCopy(id, lease, call));
  }

  /**
   * Seals the stream's volume and has the unpacker write it as one file.
   *
   * @param request `format` is `raw`, `raw-zstd` or `vmdk`; `destination` a path below the unpacker's export folder, or `s3://BUCKET/KEY`.
   */
  exportImage(
    stream: string,
    request: { readonly format: string; readonly destination: string },
  ): Promise<ExportedImage> {
    return this.#operation(stream, 'export', (id, lease, call) =>
      this.#client.exportImage(id, request, lease, call),
    );
  }

  /**
   * Reads a range of the stream's volume, and checks that it arrived as it was sent.
   *
   * @param take is given the bytes in order, without blocks of zeros; the next come when it has resolved.
   * @throws `RAW_UNAVAILABLE`, `UNPACKER_FAILED` if the digest differs.
   */
  async getRaw(stream: string, range: RawRange, take: (bytes: RawBytes) => Promise<void>): Promise<RawEnd> {
    const received = new ReceivedRange(range.offset ?? 0);
    const end = await this.#underLease(stream, (lease, call) => {
      const takeNext = async (bytes: RawBytes): Promise<void> => {
        received.add(bytes);
        await take(bytes);
        call.onProgress?.({ phase: 'transfer', bytesDone: bytes.offset + bytes.data.length });
      };
      return this.#client.getRaw(range, takeNext, lease, call);
    });
    received.check(end, stream);
    return end;
  }

  /** Ends the connection. */
  close(): void {
    this.#client.close();
  }

  async #createStream(stream: string, { createStream = false }: BindDeviceOptions): Promise<void> {
    if (createStream) await this.#client.createStream(stream, { signal: this.#signal });
  }

  async #operation<T>(
    stream: string,
    name: string,
    run: (operationId: string, lease: LeaseRef, call: OperationOptions) => Promise<T>,
  ): Promise<T> {
    const id = `${this.#publication}/${name}`;
    return this.#underLease(stream, async (lease, call) => {
      try {
        return await run(id, lease, call);
      } catch (reason) {
        // Who began it by hand and leaves does not expect it to go on.
        if (this.#signal.aborted) await this.#client.cancelOperation(id, lease).catch(() => {});
        throw reason;
      }
    });
  }

  async #underLease<T>(
    stream: string,
    work: (lease: LeaseRef, call: OperationOptions) => Promise<T>,
  ): Promise<T> {
    const lease = await keepLease(this.#client, {
      stream,
      publication: this.#publication,
      clock: this.#clock,
      logger: this.#logger,
      signal: this.#signal,
    });
    try {
      const signal = AbortSignal.any([this.#signal, lease.lost]);
      return await work(lease.ref, { signal, onProgress: this.#onProgress });
    } finally {
      // The lease of a stream that was forgotten is gone with it.
      await lease.release().catch(() => {});
    }
  }
}

const zeros = Buffer.alloc(1024 * 1024);

/** The digest of what arrives, zeros included. */
class ReceivedRange {
  readonly #hash = createHash('sha512');
  #offset: number;

  constructor(offset: number) {
    this.#offset = offset;
  }

  add({ offset, data }: RawBytes): void {
    this.#skipTo(offset);
    this.#hash.update(data);
    this.#offset += data.length;
  }

  check(end: RawEnd, stream: string): void {
    this.#skipTo(end.offset);
    const digest = this.#hash.digest('hex');
    if (digest === end.sha512) return;
    throw new AmiPublisherError('UNPACKER_FAILED', {
      message: `the volume of stream ${stream} arrived with digest ${digest.slice(0, 12)}…, not ${end.sha512.slice(0, 12)}…`,
      call: 'unpacker:GetRaw',
      resource: stream,
      remedy: 'try again',
    });
  }

  #skipTo(offset: number): void {
    while (this.#offset < offset) {
      const length = Math.min(zeros.length, offset - this.#offset);
      this.#hash.update(zeros.subarray(0, length));
      this.#offset += length;
    }
  }
}

/** A client as operators need it, as those of the built-in connectors are. @throws `INVALID_OPTION` if it serves publications only. */
export const asOperatorClient = (client: UnpackerClient): UnpackerOperatorClient => {
  if (isOperatorClient(client)) return client;
  throw new AmiPublisherError('INVALID_OPTION', {
    message: 'the clients that `createClient` makes serve publications only',
    remedy: 'leave `createClient` out, or have it make clients for operators',
  });
};

const isOperatorClient = (client: UnpackerClient): client is UnpackerOperatorClient =>
  'cancelOperation' in client;
