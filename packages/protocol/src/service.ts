import type * as grpc from '@grpc/grpc-js';
import type { MethodDefinition } from '@grpc/proto-loader';
import type { ImageServerDefinition } from './generated/ami_publisher/image/v1/ImageServer.js';
import type { UnpackerDefinition } from './generated/ami_publisher/unpacker/v1/Unpacker.js';
import { imageServerDefinition, unpackerDefinition } from './load.js';
import { imageServerRoles, type Role, unpackerRoles } from './roles.js';

/** Who calls. A plain-text caller on loopback is `local` with every right. */
export interface Caller {
  readonly commonName: string;
  readonly role: Role;
}

export interface CallContext {
  readonly caller: Caller;
  /** Aborts when the caller goes away or gives up. */
  readonly signal: AbortSignal;
}

type Unary<IO, O> = (request: IO, context: CallContext) => Promise<O>;
type ServerStream<IO, O> = (request: IO, context: CallContext) => AsyncIterable<O>;
type ClientStream<IO, O> = (requests: AsyncIterable<IO>, context: CallContext) => Promise<O>;

type Handler<Definition, M extends keyof Definition, ServerStreams, ClientStreams> =
  Definition[M] extends MethodDefinition<infer _I, infer O, infer IO, infer _OO>
    ? M extends ServerStreams
      ? ServerStream<IO, O>
      : M extends ClientStreams
        ? ClientStream<IO, O>
        : Unary<IO, O>
    : never;

type Named<Definition> = keyof { [M in keyof Definition as string extends M ? never : M]: Definition[M] } &
  keyof Definition;

type Handlers<Definition, ServerStreams, ClientStreams> = {
  readonly [M in Named<Definition>]?: Handler<Definition, M, ServerStreams, ClientStreams>;
};

/** One promise or async iterable per method; a method left out answers UNIMPLEMENTED. */
export type ImageServerHandlers = Handlers<
  ImageServerDefinition,
  'GetManifest' | 'GetObjects' | 'VerifyImage' | 'Watch',
  'AddImage' | 'AddObjects'
>;
export type UnpackerHandlers = Handlers<
  UnpackerDefinition,
  | 'ExportImage'
  | 'GetRaw'
  | 'OfferRaw'
  | 'PrepareForCapture'
  | 'PrepareForCopy'
  | 'PrepareForUnpack'
  | 'UnpackImage'
  | 'WatchStatus',
  never
>;

/** A service with what implements it, for `startServer`. */
export interface Service {
  readonly definition: grpc.ServiceDefinition;
  // biome-ignore lint/complexity/noBannedTypes: the typed handlers are checked where a service is made
  readonly handlers: Readonly<Record<string, Function | undefined>>;
  readonly roles: Readonly<Record<string, readonly Role[]>>;
}

export const imageServerService = (handlers: ImageServerHandlers): Service => ({
  definition: imageServerDefinition(),
  handlers,
  roles: imageServerRoles,
});

export const unpackerService = (handlers: UnpackerHandlers): Service => ({
  definition: unpackerDefinition(),
  handlers,
  roles: unpackerRoles,
});
