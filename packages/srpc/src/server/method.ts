import type { Json } from '../wire/json.js';
import type { Access, SrpcCaller } from './caller.js';

/** One call, as the method that answers it sees it. What the caller sends is read, and what it hears is written, in the order of the method's contract. */
export interface ServerCall {
  readonly caller: SrpcCaller;
  /** Aborts when the caller has gone. */
  readonly signal: AbortSignal;
  /** Reads a value. */
  value(): Promise<Json>;
  /** Reads a line, without its line feed. */
  line(): Promise<string>;
  /** Writes a text as a line: empty for success, else an error, of which line feeds are made visible. */
  sendStatus(text: string): Promise<void>;
  sendLine(text: string): Promise<void>;
  sendValue(value: object): Promise<void>;
  /** Writes that a call has succeeded, together with its value: there are clients that wait for both in one piece. */
  sendReply(value: object): Promise<void>;
  sendBytes(bytes: Uint8Array): Promise<void>;
}

/** A method that is served. */
export interface SrpcMethod {
  readonly access: Access;
  /** @default 1 MiB */
  readonly maxRequestBytes?: number | undefined;
  /** Until a value or a line that the method waits for has come, ms. @default as the server says */
  readonly requestTimeoutMs?: number | undefined;
  /** Talks with the caller after the call was accepted. What it throws closes the connection. */
  readonly talk: (call: ServerCall) => Promise<void>;
}

/** A method that clients know and that is not served: whoever may call it hears why, in place of being let in. */
export interface RefusedMethod {
  readonly access: Access;
  /** Why, and what to do instead; one line. */
  readonly refusal: string;
}

/** What a server answers, by `Service.Method`. */
export type SrpcMethods = Readonly<Record<string, SrpcMethod | RefusedMethod>>;

/** A method of the usual kind: one value there, one value back, or the text of an error. */
export const answering = (
  access: Access,
  answer: (request: Json, call: ServerCall) => Promise<object> | object,
  options: Pick<SrpcMethod, 'maxRequestBytes'> = {},
): SrpcMethod => ({
  ...options,
  access,
  talk: async (call) => {
    const request = await call.value();
    let reply: object;
    try {
      reply = await answer(request, call);
    } catch (reason) {
      await call.sendStatus(reason instanceof Error ? reason.message : String(reason));
      return;
    }
    await call.sendReply(reply);
  },
});
