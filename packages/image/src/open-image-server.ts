import { type ClientTls, createImageServerClient } from '@ami-publisher/protocol';
import { daemonKinds, probeWire, SrpcClient, type SrpcClientTls } from '@ami-publisher/srpc';
import { GrpcImageSource } from './grpc/source.js';
import type { CallOptions, ImageSource, ImageSummary, ObjectPiece } from './image-source.js';
import type { Manifest } from './manifest.js';
import { SrpcImageSource } from './srpc/source.js';

/** What an image server may be said to speak: ours `grpc`, that of Go `srpc`; `auto` finds out at the first call. */
export const imageServerProtocols = ['auto', 'grpc', 'srpc'] as const;

/** One of `imageServerProtocols`. */
export type ImageServerProtocol = (typeof imageServerProtocols)[number];

/** Options of `openImageServer`. */
export interface OpenImageServerOptions {
  /** `host:port`. */
  readonly address: string;
  /** @default 'grpc' */
  readonly protocol?: ImageServerProtocol | undefined;
  /** What is shown over gRPC, and who is trusted. Left out, everything is plain text. */
  readonly tls: ClientTls | undefined;
  /** What is shown over SRPC, and who is trusted; asked for when SRPC is about to be spoken. */
  readonly srpcTls: () => SrpcClientTls | 'plain-text';
}

/** An image server that images are taken from. */
export interface OpenImageServer {
  readonly source: ImageSource;
  /** Ends all calls. */
  close(): void;
}

/**
 * Opens an image server of either kind as a source of images; it connects at the first call.
 *
 * @throws `CERTIFICATE_REFUSED` for what `srpcTls` cannot read.
 */
export const openImageServer = (options: OpenImageServerOptions): OpenImageServer => {
  switch (options.protocol ?? 'grpc') {
    case 'grpc':
      return openGrpc(options);
    case 'srpc':
      return openSrpc(options);
    case 'auto': {
      const source = new ProbedImageSource(options);
      return { source, close: () => source.close() };
    }
  }
};

const openGrpc = ({ address, tls }: OpenImageServerOptions): OpenImageServer => {
  const client = createImageServerClient({ address, tls });
  return { source: new GrpcImageSource(client), close: () => client.close() };
};

const openSrpc = ({ address, srpcTls }: OpenImageServerOptions): OpenImageServer => {
  const client = new SrpcClient(daemonKinds.imageServer, { address, tls: srpcTls() });
  return { source: new SrpcImageSource(client), close: () => client.close() };
};

/** An image server that is asked what it speaks before the first call; one that does not answer is asked again at the next. */
class ProbedImageSource implements ImageSource {
  readonly #options: OpenImageServerOptions;
  #opened: OpenImageServer | undefined;

  constructor(options: OpenImageServerOptions) {
    this.#options = options;
  }

  async getImage(stream: string, leaf: string, options: CallOptions = {}): Promise<ImageSummary> {
    return (await this.#source(options)).getImage(stream, leaf, options);
  }

  async getManifest(manifestDigest: string, options: CallOptions = {}): Promise<Manifest> {
    return (await this.#source(options)).getManifest(manifestDigest, options);
  }

  async *getObjects(digests: readonly string[], options: CallOptions = {}): AsyncGenerator<ObjectPiece> {
    yield* (await this.#source(options)).getObjects(digests, options);
  }

  close(): void {
    this.#opened?.close();
  }

  async #source({ signal }: CallOptions): Promise<ImageSource> {
    const { address, tls } = this.#options;
    if (this.#opened === undefined) {
      const kind = daemonKinds.imageServer;
      const protocol = await probeWire({ address, kind, isSecure: tls !== undefined, signal });
      // Another call may have been faster.
      this.#opened ??= openImageServer({ ...this.#options, protocol });
    }
    return this.#opened.source;
  }
}
