import type { Json } from '../wire/json.js';
import type { CallWire } from './call-wire.js';
import type { CallLimit } from './time-limit.js';

const maxValueBytes = 64 * 1024 * 1024;

/** Options of every call. */
export interface CallOptions {
  /** Ends the call by closing its connection; what it has begun on the server may go on there. */
  readonly signal?: AbortSignal | undefined;
  /** How long the call may take, ms; for transfers, how long no bytes may come. @default by kind: 30 s for look-ups, an hour to unpack */
  readonly timeoutMs?: number;
}

/** How a call is made. */
export interface CallPlan<T> extends CallLimit {
  readonly signal?: AbortSignal | undefined;
  /** `Service.Method`. */
  readonly method: string;
  readonly talk: (wire: CallWire) => Promise<T>;
}

/** What makes calls. */
export interface SrpcCalls {
  /** Makes a call on the connection that all such calls share. */
  call<T>(plan: CallPlan<T>): Promise<T>;
  /** Makes a call on a connection of its own, for calls that take long or move much. */
  callApart<T>(plan: CallPlan<T>): Promise<T>;
}

/** Makes a call of the usual kind: one value there, one value back, of which `decode` makes the result. */
export const ask = <T>(
  calls: SrpcCalls,
  method: string,
  request: object,
  how: CallLimit & CallOptions & { readonly decode: (reply: Json) => T },
): Promise<T> => {
  const talk = async (wire: CallWire): Promise<T> => {
    await wire.begin(method);
    wire.sendValue(request);
    await wire.status();
    return how.decode(await wire.value(maxValueBytes));
  };
  return calls.call({ ...how, method, talk });
};
