import { once } from 'node:events';
import { AmiPublisherError, type Logger, throwIfCancelled } from '@ami-publisher/base';
import * as grpc from '@grpc/grpc-js';
import { callerOf, localCaller } from './caller.js';
import { toGrpcStatus } from './errors.js';
import { type Role, readOnlyMethods } from './roles.js';
import type { CallContext, Caller, Service } from './service.js';

/** Told when a call begins; what it returns is told the name of the gRPC status that the call ends with, such as `OK` or `NOT_FOUND`. */
export type CallObserver = (method: string) => (code: string) => void;

/** What calls are made under. */
export interface CallOptions {
  /** Whether callers show certificates. */
  readonly secure: boolean;
  readonly logger: Logger;
  readonly observer: CallObserver;
}

type AnyCall = grpc.ServerUnaryCall<unknown, unknown> &
  grpc.ServerReadableStream<unknown, unknown> &
  grpc.ServerWritableStream<unknown, unknown>;
type AnyHandler = (request: unknown, context: CallContext) => unknown;

/** The methods of a service as gRPC takes them: guarded by role, with errors of ours as statuses, mutating calls logged. */
export const implementation = (service: Service, options: CallOptions): grpc.UntypedServiceImplementation =>
  Object.fromEntries(
    Object.entries(service.definition).flatMap(([name, method]) => {
      const handler = service.handlers[name];
      if (handler === undefined) return [];
      const guard = (call: AnyCall) => authorise(call, name, service.roles[name] ?? [], options);
      return [[name, wrap(name, method, handler as AnyHandler, guard, options)]];
    }),
  );

const authorise = (
  call: AnyCall,
  method: string,
  allowed: readonly Role[],
  { secure, logger }: CallOptions,
): Caller => {
  const { commonName, role } = secure ? callerOf(call.getAuthContext()?.sslPeerCertificate) : localCaller;
  const fields = { method, caller: commonName, role, peer: call.getPeer() };
  if (role === undefined || !allowed.includes(role)) {
    logger.warn('call refused', fields);
    throw roleRefused(method, commonName, role, allowed);
  }
  if (!readOnlyMethods.has(method)) logger.info('call', fields);
  return { commonName, role };
};

const roleRefused = (
  method: string,
  commonName: string,
  role: Role | undefined,
  allowed: readonly Role[],
): AmiPublisherError =>
  role === undefined
    ? new AmiPublisherError('ROLE_REFUSED', {
        message: `${method}: the certificate of ${commonName} carries no role`,
        remedy: 'use a client certificate that was issued for a role',
      })
    : new AmiPublisherError('ROLE_REFUSED', {
        message: `${method} needs role ${allowed.join(' or ')}; the certificate of ${commonName} has role ${role}`,
        remedy: 'use a client certificate with that role',
      });

const wrap = (
  name: string,
  method: { readonly requestStream: boolean; readonly responseStream: boolean },
  handler: AnyHandler,
  guard: (call: AnyCall) => Caller,
  { logger, observer }: CallOptions,
): grpc.UntypedHandleCall => {
  const begin = (): Outcome => {
    const ended = observer(name);
    const failed = (reason: unknown): grpc.StatusObject => {
      const status = toGrpcStatus(reason);
      if (status.code === grpc.status.INTERNAL) logger.error('call failed', { method: name, error: reason });
      ended(grpc.status[status.code]);
      return status;
    };
    return { succeeded: () => ended(grpc.status[grpc.status.OK]), failed };
  };
  const contextOf = contextFrom(guard);
  return method.responseStream
    ? streamingCall(handler, contextOf, begin)
    : unaryCall(handler, method.requestStream, contextOf, begin);
};

interface Outcome {
  succeeded(): void;
  failed(reason: unknown): grpc.StatusObject;
}

const contextFrom =
  (guard: (call: AnyCall) => Caller) =>
  (call: AnyCall): CallContext => {
    const cancelled = new AbortController();
    call.on('cancelled', () =>
      cancelled.abort(new AmiPublisherError('CANCELLED', { message: 'the caller went away' })),
    );
    return { caller: guard(call), signal: cancelled.signal };
  };

const streamingCall = (
  handler: AnyHandler,
  contextOf: (call: AnyCall) => CallContext,
  begin: () => Outcome,
): grpc.UntypedHandleCall =>
  (async (call: AnyCall): Promise<void> => {
    const outcome = begin();
    try {
      const context = contextOf(call);
      await writeAll(handler(call.request, context) as AsyncIterable<unknown>, call, context.signal);
      call.end();
      outcome.succeeded();
    } catch (reason) {
      call.emit('error', outcome.failed(reason));
    }
  }) as unknown as grpc.UntypedHandleCall;

const unaryCall = (
  handler: AnyHandler,
  requestStream: boolean,
  contextOf: (call: AnyCall) => CallContext,
  begin: () => Outcome,
): grpc.UntypedHandleCall =>
  (async (call: AnyCall, reply: grpc.sendUnaryData<unknown>): Promise<void> => {
    const outcome = begin();
    try {
      const request = requestStream ? (call as AsyncIterable<unknown>) : call.request;
      reply(null, await handler(request, contextOf(call)));
      outcome.succeeded();
    } catch (reason) {
      reply(outcome.failed(reason));
    }
  }) as unknown as grpc.UntypedHandleCall;

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
