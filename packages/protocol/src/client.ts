import { isIP } from 'node:net';
import { AmiPublisherError, endpointOf } from '@ami-publisher/base';
import * as grpc from '@grpc/grpc-js';
import type { MethodDefinition } from '@grpc/proto-loader';
import { type CallSite, fromGrpcError } from './errors.js';
import { flowControlWindow } from './flow-control.js';
import { imageServerDefinition, unpackerDefinition } from './load.js';
import { isLoopback } from './loopback.js';
import { type ServerName, serverNameMatches, wrongServer } from './names.js';
import type { ClientTls } from './tls.js';

export interface ClientOptions {
  /** `host:port`, a literal IPv6 address in brackets; or `unix:/path`, the near end of a tunnel. */
  readonly address: string;
  /** What messages call the server, where the address says little: that of a tunnel. @default the address */
  readonly name?: string | undefined;
  /** Left out, the connection is plain text, which only loopback addresses may have. */
  readonly tls?: ClientTls | undefined;
  /** Account and region that the server's certificate must be for. @default any */
  readonly expect?: Pick<ServerName, 'account' | 'region'> | undefined;
}

export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
  /** How long the call may take, ms. @default 30,000 for unary calls, none for streams */
  readonly deadlineMs?: number | undefined;
}

const defaultDeadlineMs = 30_000;
const maxMessageBytes = 16 * 1024 * 1024;

const channelOptions: grpc.ChannelOptions = {
  'grpc.max_receive_message_length': maxMessageBytes,
  'grpc.max_send_message_length': maxMessageBytes,
  'grpc.keepalive_time_ms': 10_000,
  'grpc.keepalive_timeout_ms': 20_000,
  'grpc.enable_http_proxy': 0,
  'grpc.use_local_subchannel_pool': 1,
  'grpc-node.flow_control_window': flowControlWindow,
};

const channelCredentials = (
  options: ClientOptions,
  service: ServerName['service'],
): grpc.ChannelCredentials => {
  if (options.tls === undefined) {
    if (!isLoopback(options.address)) throw plainTextRefused(options.name ?? options.address);
    return grpc.credentials.createInsecure();
  }
  const expected: ServerName = { service, account: '*', region: '*', ...options.expect };
  return grpc.credentials.createSsl(options.tls.ca, options.tls.key, options.tls.cert, {
    checkServerIdentity: (_host, certificate) =>
      serverNameMatches(certificate.subjectaltname, expected)
        ? undefined
        : wrongServer(certificate.subjectaltname, expected),
  });
};

const plainTextRefused = (address: string): AmiPublisherError =>
  new AmiPublisherError('CERTIFICATE_REFUSED', {
    message: `refusing to talk plain text to ${address}, which is not a loopback address`,
    resource: address,
    remedy: 'name the folder with your certificates (--certs)',
  });

type Method<I, O, IO, OO> = MethodDefinition<I, O, IO, OO>;

/** Turns method definitions into functions, one kind of call each. */
class Caller {
  readonly #client: grpc.Client;
  readonly #tls: ClientTls | undefined;

  constructor(
    readonly site: Omit<CallSite, 'call'> & { readonly service: ServerName['service'] },
    options: ClientOptions,
  ) {
    this.#tls = options.tls;
    // TLS needs a name to send where the address is a number; the certificate's URI name is what is checked.
    const end = endpointOf(options.address);
    const isNamed = 'host' in end && isIP(end.host) === 0;
    const override = isNamed ? {} : { 'grpc.ssl_target_name_override': 'ami-publisher.internal' };
    this.#client = new grpc.Client(options.address, channelCredentials(options, site.service), {
      ...channelOptions,
      ...override,
    });
  }

  close(): void {
    this.#client.close();
  }

  unary<I, O, IO, OO>(method: Method<I, O, IO, OO>) {
    return (request: I, options: CallOptions = {}): Promise<OO> =>
      new Promise((resolve, reject) => {
        const call = this.#client.makeUnaryRequest(
          method.path,
          method.requestSerialize,
          method.responseDeserialize,
          request,
          new grpc.Metadata(),
          { deadline: Date.now() + (options.deadlineMs ?? defaultDeadlineMs) },
          this.#callback(method, options, resolve, reject, () => call.cancel()),
        );
      });
  }

  clientStream<I, O, IO, OO>(method: Method<I, O, IO, OO>) {
    return (requests: AsyncIterable<I> | Iterable<I>, options: CallOptions = {}): Promise<OO> =>
      new Promise((resolve, reject) => {
        let cause: unknown;
        const call = this.#client.makeClientStreamRequest(
          method.path,
          method.requestSerialize,
          method.responseDeserialize,
          new grpc.Metadata(),
          deadlineOf(options),
          this.#callback(
            method,
            options,
            resolve,
            (error) => reject(cause ?? error),
            () => call.cancel(),
          ),
        );
        sendAll(requests, call).catch((error: unknown) => {
          cause = error;
          call.cancel();
        });
      });
  }

  serverStream<I, O, IO, OO>(method: Method<I, O, IO, OO>) {
    return (request: I, options: CallOptions = {}): AsyncIterable<OO> => ({
      [Symbol.asyncIterator]: () => this.#receive(method, request, options),
    });
  }

  async *#receive<I, O, IO, OO>(
    method: Method<I, O, IO, OO>,
    request: I,
    options: CallOptions,
  ): AsyncGenerator<OO, void> {
    const call = this.#client.makeServerStreamRequest(
      method.path,
      method.requestSerialize,
      method.responseDeserialize,
      request,
      new grpc.Metadata(),
      deadlineOf(options),
    );
    const stopListening = onAbort(options.signal, () => call.cancel());
    try {
      for await (const message of call) yield message as OO;
    } catch (reason) {
      throw await this.#error(reason, method, options);
    } finally {
      stopListening();
      call.cancel();
    }
  }

  #callback<OO>(
    method: { readonly path: string },
    options: CallOptions,
    resolve: (value: OO) => void,
    reject: (reason: unknown) => void,
    cancel: () => void,
  ): grpc.requestCallback<OO> {
    const stopListening = onAbort(options.signal, cancel);
    return (error, value) => {
      stopListening();
      if (error === null) resolve(value as OO);
      else this.#error(error, method, options).then(reject, reject);
    };
  }

  async #error(reason: unknown, method: { readonly path: string }, options: CallOptions): Promise<unknown> {
    if (options.signal?.aborted) return options.signal.reason;
    const name = method.path.slice(method.path.lastIndexOf('/') + 1);
    return fromGrpcError(reason, { ...this.site, tls: this.#tls, call: `${this.site.service}:${name}` });
  }
}

const deadlineOf = (options: CallOptions): grpc.CallOptions =>
  options.deadlineMs === undefined ? {} : { deadline: Date.now() + options.deadlineMs };

/** Runs `cancel` when the signal aborts, later than now even if it has: the call must exist first. */
const onAbort = (signal: AbortSignal | undefined, cancel: () => void): (() => void) => {
  if (signal === undefined) return () => {};
  if (signal.aborted) {
    queueMicrotask(cancel);
    return () => {};
  }
  signal.addEventListener('abort', cancel, { once: true });
  return () => signal.removeEventListener('abort', cancel);
};

const sendAll = async <T>(
  messages: AsyncIterable<T> | Iterable<T>,
  call: grpc.ClientWritableStream<T>,
): Promise<void> => {
  for await (const message of messages) {
    if (call.destroyed || call.writableEnded) return;
    if (!call.write(message)) await drained(call);
  }
  call.end();
};

const drained = (call: grpc.ClientWritableStream<never>): Promise<void> =>
  new Promise((resolve) => {
    const done = () => {
      for (const event of ['drain', 'close', 'error', 'status']) call.off(event, done);
      resolve();
    };
    for (const event of ['drain', 'close', 'error', 'status']) call.once(event, done);
  });

const siteOf = ({ address, name = address }: ClientOptions) => ({ address, name });

/** The image server as promises and async iterables. Close it when done. */
export const createImageServerClient = (options: ClientOptions) => {
  const caller = new Caller(
    { ...siteOf(options), service: 'imageserver', unreachable: 'IMAGE_SERVER_UNREACHABLE' },
    options,
  );
  const d = imageServerDefinition();
  return {
    address: options.address,
    listStreams: caller.unary(d.ListStreams),
    listImages: caller.unary(d.ListImages),
    findLatest: caller.unary(d.FindLatest),
    getImage: caller.unary(d.GetImage),
    getManifest: caller.serverStream(d.GetManifest),
    checkObjects: caller.unary(d.CheckObjects),
    addObjects: caller.clientStream(d.AddObjects),
    getObjects: caller.serverStream(d.GetObjects),
    addImage: caller.clientStream(d.AddImage),
    setExpiry: caller.unary(d.SetExpiry),
    deleteImage: caller.unary(d.DeleteImage),
    restoreImage: caller.unary(d.RestoreImage),
    collectGarbage: caller.unary(d.CollectGarbage),
    verifyImage: caller.serverStream(d.VerifyImage),
    watch: caller.serverStream(d.Watch),
    close: () => caller.close(),
  };
};
export type ImageServerClient = ReturnType<typeof createImageServerClient>;

/** An unpacker as promises and async iterables. Close it when done. */
export const createUnpackerClient = (options: ClientOptions) => {
  const caller = new Caller(
    { ...siteOf(options), service: 'unpacker', unreachable: 'UNPACKER_UNREACHABLE' },
    options,
  );
  const d = unpackerDefinition();
  return {
    address: options.address,
    getStatus: caller.unary(d.GetStatus),
    watchStatus: caller.serverStream(d.WatchStatus),
    createStream: caller.unary(d.CreateStream),
    addDevice: caller.unary(d.AddDevice),
    claimDevice: caller.unary(d.ClaimDevice),
    associateStream: caller.unary(d.AssociateStream),
    growDevice: caller.unary(d.GrowDevice),
    forgetStream: caller.unary(d.ForgetStream),
    removeDevice: caller.unary(d.RemoveDevice),
    acquireLease: caller.unary(d.AcquireLease),
    renewLease: caller.unary(d.RenewLease),
    releaseLease: caller.unary(d.ReleaseLease),
    drain: caller.unary(d.Drain),
    prepareForUnpack: caller.serverStream(d.PrepareForUnpack),
    unpackImage: caller.serverStream(d.UnpackImage),
    prepareForCapture: caller.serverStream(d.PrepareForCapture),
    confirmCapture: caller.unary(d.ConfirmCapture),
    prepareForCopy: caller.serverStream(d.PrepareForCopy),
    exportImage: caller.serverStream(d.ExportImage),
    getRaw: caller.serverStream(d.GetRaw),
    offerRaw: caller.serverStream(d.OfferRaw),
    getOperation: caller.unary(d.GetOperation),
    cancelOperation: caller.unary(d.CancelOperation),
    close: () => caller.close(),
  };
};
export type UnpackerRpcClient = ReturnType<typeof createUnpackerClient>;
