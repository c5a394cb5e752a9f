import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { AmiPublisherError, type Logger, silentLogger, throwIfCancelled } from '@ami-publisher/base';
import * as grpc from '@grpc/grpc-js';
import type { MethodDefinition } from '@grpc/proto-loader';
import { ReflectionService } from '@grpc/reflection';
import { HealthImplementation } from 'grpc-health-check';
import { toGrpcStatus } from './errors.js';
import type { ImageServerDefinition } from './generated/ami_publisher/image/v1/ImageServer.js';
import type { UnpackerDefinition } from './generated/ami_publisher/unpacker/v1/Unpacker.js';
import { imageServerDefinition, packageDefinition, unpackerDefinition } from './load.js';
import { isLoopback } from './loopback.js';
import { roleOf } from './names.js';
import { imageServerRoles, type Role, readOnlyMethods, unpackerRoles } from './roles.js';
import { serverCredentials } from './server-credentials.js';
import type { ServerTls } from './tls.js';

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

export interface ServerOptions {
  readonly services: readonly Service[];
  /** Left out, the server speaks plain text, which it does on loopback addresses only. */
  readonly tls?: ServerTls | undefined;
  readonly host: string;
  /** 0 = any free one. */
  readonly port: number;
  readonly logger?: Logger | undefined;
}

export interface RunningServer {
  /** `host:port` as bound. */
  readonly address: string;
  /** Lets calls in progress end for up to `graceMs` (default 2,000), then cuts them off. */
  close(graceMs?: number): Promise<void>;
}

/**
 * Listens, with health and reflection services beside the given ones.
 *
 * @throws `INVALID_OPTION` for plain text off loopback or an address that cannot be bound, `CERTIFICATE_REFUSED` for unreadable files.
 */
export const startServer = async (options: ServerOptions): Promise<RunningServer> => {
  if (options.tls === undefined && !isLoopback(options.host)) throw plainTextRefused(options.host);
  const logger = options.logger ?? silentLogger;
  const server = new grpc.Server({
    'grpc.max_receive_message_length': 16 * 1024 * 1024,
    'grpc.keepalive_time_ms': 30_000,
    'grpc-node.flow_control_window': 4 * 1024 * 1024,
  });
  for (const service of options.services) {
    server.addService(service.definition, implementation(service, options.tls !== undefined, logger));
  }
  const health = new HealthImplementation({ '': 'SERVING' });
  health.addToServer(server);
  new ReflectionService(packageDefinition()).addToServer(server);
  const credentials = options.tls === undefined ? plainText() : await serverCredentials(options.tls);
  const address = await bind(server, options, credentials.credentials);
  return {
    address,
    close: async (graceMs = 2_000) => {
      health.setStatus('', 'NOT_SERVING');
      await shutDown(server, graceMs);
      credentials.close();
    },
  };
};

const plainText = () => ({ credentials: grpc.ServerCredentials.createInsecure(), close: () => {} });

const plainTextRefused = (host: string): AmiPublisherError =>
  new AmiPublisherError('INVALID_OPTION', {
    message: `refusing to listen in plain text on ${host}, which is not a loopback address`,
    remedy: 'give --ca, --cert and --key, or listen on 127.0.0.1',
  });

const bind = (
  server: grpc.Server,
  options: ServerOptions,
  credentials: grpc.ServerCredentials,
): Promise<string> =>
  new Promise((resolve, reject) => {
    const host = options.host.includes(':') ? `[${options.host}]` : options.host;
    server.bindAsync(`${host}:${options.port}`, credentials, (cause, port) => {
      if (cause === null) resolve(`${host}:${port satisfies AddressInfo['port']}`);
      else reject(cannotBind(`${host}:${options.port}`, cause));
    });
  });

const cannotBind = (address: string, cause: Error): AmiPublisherError =>
  new AmiPublisherError('INVALID_OPTION', {
    message: `cannot listen on ${address}: ${cause.message}`,
    resource: address,
    remedy: 'stop what listens there, or choose another address',
    cause,
  });

const shutDown = (server: grpc.Server, graceMs: number): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(() => server.forceShutdown(), graceMs);
    server.tryShutdown(() => {
      clearTimeout(timer);
      resolve();
    });
  });

const implementation = (
  service: Service,
  secure: boolean,
  logger: Logger,
): grpc.UntypedServiceImplementation =>
  Object.fromEntries(
    Object.entries(service.definition).flatMap(([name, method]) => {
      const handler = service.handlers[name];
      if (handler === undefined) return [];
      const guard = (call: AnyCall) => authorise(call, name, service.roles[name] ?? [], secure, logger);
      return [[name, wrap(method, handler as AnyHandler, guard, logger)]];
    }),
  );

type AnyCall = grpc.ServerUnaryCall<unknown, unknown> &
  grpc.ServerReadableStream<unknown, unknown> &
  grpc.ServerWritableStream<unknown, unknown>;
type AnyHandler = (request: unknown, context: CallContext) => unknown;

const authorise = (
  call: AnyCall,
  method: string,
  allowed: readonly Role[],
  secure: boolean,
  logger: Logger,
): Caller => {
  const caller = secure
    ? certificateCaller(call, method)
    : { commonName: 'local', role: 'operator' as const };
  if (!allowed.includes(caller.role)) {
    logger.warn('call refused', {
      method,
      caller: caller.commonName,
      role: caller.role,
      peer: call.getPeer(),
    });
    throw new AmiPublisherError('ROLE_REFUSED', {
      message: `${method} needs role ${allowed.join(' or ')}; the certificate of ${caller.commonName} has role ${caller.role}`,
      remedy: 'use a client certificate with that role',
    });
  }
  if (!readOnlyMethods.has(method)) {
    logger.info('call', { method, caller: caller.commonName, role: caller.role, peer: call.getPeer() });
  }
  return caller;
};

const certificateCaller = (call: AnyCall, method: string): Caller => {
  const certificate = call.getAuthContext()?.sslPeerCertificate;
  const role = roleOf(certificate?.subjectaltname);
  const commonName = String(certificate?.subject?.CN ?? 'unknown');
  if (role !== undefined) return { commonName, role };
  throw new AmiPublisherError('ROLE_REFUSED', {
    message: `${method}: the certificate of ${commonName} carries no role`,
    remedy: 'use a client certificate that was issued for a role',
  });
};

const wrap = (
  method: { readonly requestStream: boolean; readonly responseStream: boolean },
  handler: AnyHandler,
  guard: (call: AnyCall) => Caller,
  logger: Logger,
): grpc.UntypedHandleCall => {
  const failed = (reason: unknown): grpc.StatusObject => {
    const status = toGrpcStatus(reason);
    if (status.code === grpc.status.INTERNAL) logger.error('call failed', { error: reason });
    return status;
  };
  const contextOf = (call: AnyCall): CallContext => {
    const cancelled = new AbortController();
    call.on('cancelled', () =>
      cancelled.abort(new AmiPublisherError('CANCELLED', { message: 'the caller went away' })),
    );
    return { caller: guard(call), signal: cancelled.signal };
  };
  if (method.responseStream) {
    return (async (call: AnyCall): Promise<void> => {
      try {
        const context = contextOf(call);
        await writeAll(handler(call.request, context) as AsyncIterable<unknown>, call, context.signal);
        call.end();
      } catch (reason) {
        call.emit('error', failed(reason));
      }
    }) as unknown as grpc.UntypedHandleCall;
  }
  return (async (call: AnyCall, reply: grpc.sendUnaryData<unknown>): Promise<void> => {
    try {
      const request = method.requestStream ? (call as AsyncIterable<unknown>) : call.request;
      reply(null, await handler(request, contextOf(call)));
    } catch (reason) {
      reply(failed(reason));
    }
  }) as unknown as grpc.UntypedHandleCall;
};

const writeAll = async (
  messages: AsyncIterable<unknown>,
  call: AnyCall,
  signal: AbortSignal,
): Promise<void> => {
  for await (const message of messages) {
    throwIfCancelled(signal);
    if (!call.write(message)) await once(call, 'drain', { signal });
  }
};
