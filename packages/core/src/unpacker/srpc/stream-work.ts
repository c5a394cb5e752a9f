import { AmiPublisherError, type Clock, type Logger } from '@ami-publisher/base';
import type { ImageSource } from '@ami-publisher/image';
import type { SrpcStreamStatus, SrpcUnpacker } from '@ami-publisher/srpc';
import type { Capture, LeaseRef, OperationOptions, UnpackCounts } from '../unpacker-client.js';
import { type FollowLogOptions, followLog } from './follow-log.js';
import { readBack } from './read-back.js';
import { isWorking } from './status.js';
import type { StreamLock } from './stream-lock.js';
import type { LoggedWork, StreamLog } from './stream-log.js';

const pollMs = 2_000;

/** The image server that knows which image is meant: the daemon is told a name only. */
export type ImageLookUp = Pick<ImageSource, 'getImage'>;

/** What the work on streams is done with. */
export interface StreamWorkOptions {
  readonly unpacker: SrpcUnpacker;
  /** What messages call the unpacker. */
  readonly peer: string;
  readonly lock: StreamLock;
  readonly images: ImageLookUp;
  /** Whether what was unpacked is read and compared with the image before it can be captured. @default false */
  readonly readBack?: boolean | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
}

interface Image {
  readonly leaf: string;
  readonly manifestDigest: string;
}

/** What this client has put onto a volume; the daemon itself does not know, and takes a mixture for whole. */
interface Held extends Capture {
  readonly isSealed: boolean;
}

/** Which statuses a volume that was unpacked may be in; capturing in others fails, or ends the daemon. */
const capturable: ReadonlySet<SrpcStreamStatus | undefined> = new Set(['mounted', 'scanned']);

/** The long calls on the streams of a Go unpacker, which remembers nothing of what it has done: this does, for as long as it lives. */
export class StreamWork {
  readonly #options: StreamWorkOptions;
  readonly #held = new Map<string, Held>();

  constructor(options: StreamWorkOptions) {
    this.#options = options;
  }

  /** Does nothing for a stream without a volume: the daemon would take any free one for it. */
  async prepare(stream: string, skipIfPrepared: boolean, call: OperationOptions): Promise<void> {
    const status = await this.#idleStatus(stream, call);
    if (status === undefined || status === 'no device') throw noVolume(stream);
    this.#held.delete(stream);
    await this.#logged(stream, call, (signal) =>
      this.#options.unpacker.prepareForUnpack(stream, { skipIfPrepared }, { signal }),
    );
  }

  /** @returns what was done to begin with, whatever reading it back has mended */
  async unpack(image: Image, lease: LeaseRef, call: OperationOptions): Promise<UnpackCounts> {
    const { stream } = lease;
    const { readBack: isReadBack = false } = this.#options;
    await this.#checkImage(stream, image, call);
    const status = await this.#idleStatus(stream, call);
    if (status !== 'scanned' && status !== 'no file-system') await this.prepare(stream, true, call);
    const { counts } = await this.#update(image, lease, call, isReadBack ? 'beginning' : undefined);
    const again = (readCall: OperationOptions) => this.#unpackAgain(image, lease, readCall);
    if (isReadBack) await readBack({ ...this.#options, stream, call, again });
    const { leaf, manifestDigest } = image;
    this.#held.set(stream, { leaf, manifestDigest, generation: 0, isSealed: false });
    return { generation: 0, ...counts, bytesFetched: 0, bytesWritten: 0 };
  }

  /** @throws `NOT_SEALABLE` unless this client has unpacked the volume itself and nothing has touched it since. */
  async capture(lease: LeaseRef, call: OperationOptions): Promise<Capture> {
    const { stream } = lease;
    const held = this.#held.get(stream);
    const status = await this.#idleStatus(stream, call);
    if (held?.isSealed && status === 'not mounted') return captureOf(held);
    this.#held.delete(stream);
    if (held === undefined || !capturable.has(status)) throw this.#notSealable(stream, status);
    await this.#options.lock.check(lease, call);
    await this.#logged(stream, call, (signal) =>
      this.#options.unpacker.prepareForCapture(stream, { signal }),
    );
    const sealed = { ...held, generation: this.#options.clock.now(), isSealed: true };
    this.#held.set(stream, sealed);
    return captureOf(sealed);
  }

  /** @throws `CAPTURE_NOT_CONFIRMED` if the volume was mounted or the stream leased to somebody else since, as far as can be seen. */
  async confirm(generation: number, lease: LeaseRef, call: OperationOptions): Promise<void> {
    const { stream } = lease;
    const held = this.#held.get(stream);
    const status = await this.#status(stream, call);
    const isStill = held?.isSealed && held.generation === generation && status === 'not mounted';
    if (isStill) {
      await this.#options.lock.check(lease, call);
      return;
    }
    this.#held.delete(stream);
    throw new AmiPublisherError('CAPTURE_NOT_CONFIRMED', {
      message: `the volume of ${stream} at ${this.#options.peer} is ${status ?? 'gone'}: it may have changed during its capture`,
      call: 'unpacker:ConfirmCapture',
      resource: stream,
      remedy: 'see who else uses this unpacker, then resume the publication',
    });
  }

  async #update(
    { leaf }: Image,
    lease: LeaseRef,
    call: OperationOptions,
    needs: FollowLogOptions['needs'],
  ): Promise<StreamLog> {
    const { stream } = lease;
    await this.#options.lock.check(lease, call);
    this.#held.delete(stream);
    const run = (signal: AbortSignal) => this.#options.unpacker.unpackImage(stream, leaf, { signal });
    return followLog({ ...this.#options, stream, call, run, needs });
  }

  /** With a scan of the whole volume before. */
  async #unpackAgain(image: Image, lease: LeaseRef, call: OperationOptions): Promise<LoggedWork> {
    await this.prepare(lease.stream, false, call);
    await this.#checkImage(lease.stream, image, call);
    const { work } = await this.#update(image, lease, call, 'end');
    return work;
  }

  async #status(stream: string, call: OperationOptions): Promise<SrpcStreamStatus | undefined> {
    return (await this.#options.unpacker.status(call)).streams[stream]?.status;
  }

  /** The status when nothing is done to the stream any more, as after a call whose connection was lost. */
  async #idleStatus(stream: string, call: OperationOptions): Promise<SrpcStreamStatus | undefined> {
    for (;;) {
      const status = await this.#status(stream, call);
      if (!isWorking(status)) return status;
      await this.#options.clock.sleep(pollMs, call.signal);
    }
  }

  /** The daemon waits for ever for an image that does not exist, and does not notice when it is another one. */
  async #checkImage(stream: string, image: Image, call: OperationOptions): Promise<void> {
    const { leaf, manifestDigest: planned } = image;
    const { manifestDigest } = await this.#options.images.getImage(stream, leaf, call);
    if (manifestDigest === planned) return;
    throw new AmiPublisherError('IMAGE_DIGEST_MISMATCH', {
      message: `${stream}/${leaf} is manifest ${manifestDigest.slice(0, 12)}… by now, but ${planned.slice(0, 12)}… was planned`,
      resource: `${stream}/${leaf}`,
      remedy: 'plan again',
    });
  }

  #logged(stream: string, call: OperationOptions, run: (signal: AbortSignal) => Promise<void>) {
    return followLog({ ...this.#options, stream, call, run });
  }

  #notSealable(stream: string, status: SrpcStreamStatus | undefined): AmiPublisherError {
    return new AmiPublisherError('NOT_SEALABLE', {
      message: `nobody knows what the volume of ${stream} at ${this.#options.peer} holds (${status ?? 'unknown stream'})`,
      call: 'unpacker:PrepareForCapture',
      resource: stream,
      remedy: 'unpack the image again',
    });
  }
}

const captureOf = ({ generation, leaf, manifestDigest }: Held): Capture => ({
  generation,
  leaf,
  manifestDigest,
});

const noVolume = (stream: string): AmiPublisherError =>
  new AmiPublisherError('DEVICE_NOT_FOUND', {
    message: `stream ${stream} has no volume`,
    resource: stream,
    remedy: 'publish to it, which gives it one',
  });
