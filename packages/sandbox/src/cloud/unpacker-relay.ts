import { PassThrough } from 'node:stream';
import {
  type CallContext,
  type ClientOptions,
  createUnpackerClient,
  type OperationMessage,
  type ServerTls,
  startServer,
  type UnpackerHandlers,
  unpackerService,
} from '@ami-publisher/protocol';
import type { CallGate } from '../faults/call-gate.js';
import { ConnectionClosed } from '../faults/connection-closed.js';
import { refusalOfUnpacker, unpackerUnreachable } from '../faults/unpacker-refusals.js';
import type { Place } from '../model/region-state.js';

export interface UnpackerRelayOptions {
  readonly place: Place;
  /** Where it listens. */
  readonly host: string;
  readonly port: number;
  /** What it shows to callers: the certificate of the unpacker itself. */
  readonly tls: ServerTls | undefined;
  /** The unpacker behind it, and how it is called. */
  readonly unpacker: ClientOptions;
  readonly gate: CallGate;
}

/** Longer than any deadline of a client: what is behind the relay goes on when the caller gives up. */
const deadlineMs = 10 * 60_000;

type AnyCall = (request: unknown, options: object) => Promise<unknown> & AsyncIterable<unknown>;

/**
 * Stands before an unpacker and lets every call through the gate, where it is written down, held and hit by faults. A call that has been let
 * through is carried to its end whatever becomes of the caller, as a daemon does.
 */
export const startUnpackerRelay = async (
  options: UnpackerRelayOptions,
): Promise<{ close(): Promise<void> }> => {
  const client = createUnpackerClient(options.unpacker);
  const calls = client as unknown as Readonly<Record<string, AnyCall>>;
  const handlers = Object.entries(unpackerService({}).definition).map(([name, { responseStream }]) => {
    const call = calls[name.charAt(0).toLowerCase() + name.slice(1)]!;
    return [name, responseStream ? relayStream(options, name, call) : relayUnary(options, name, call)];
  });
  const server = await startServer({
    services: [unpackerService(Object.fromEntries(handlers) as UnpackerHandlers)],
    tls: options.tls,
    host: options.host,
    port: options.port,
  });
  return {
    close: async () => {
      await server.close(0);
      client.close();
    },
  };
};

const relayUnary =
  (options: UnpackerRelayOptions, name: string, call: AnyCall) =>
  (request: unknown, { signal }: CallContext): Promise<unknown> =>
    gated(options, name, signal, () => call(request, { deadlineMs }));

/** The message that ends an operation is the answer; those before it are passed on as they come. */
const relayStream =
  (options: UnpackerRelayOptions, name: string, call: AnyCall) =>
  (request: unknown, { signal }: CallContext): AsyncIterable<unknown> => {
    const messages = new PassThrough({ objectMode: true });
    const apply = async (): Promise<unknown> => {
      let answer: unknown;
      for await (const message of call(request, isEndless(name) ? { signal } : {})) {
        if (isAnswer(message)) answer = message;
        else messages.write(message);
      }
      return answer;
    };
    gated(options, name, signal, apply).then(
      (answer) => messages.end(answer),
      (reason: Error) => messages.destroy(reason),
    );
    return messages;
  };

/** Nothing comes of these once the caller has gone. */
const isEndless = (name: string): boolean => ['GetRaw', 'OfferRaw', 'WatchStatus'].includes(name);

const isAnswer = (message: unknown): boolean => {
  const { state } = message as Partial<OperationMessage>;
  return state !== undefined && state !== 'RUNNING';
};

const gated = async <T>(
  { gate, place, unpacker }: UnpackerRelayOptions,
  name: string,
  signal: AbortSignal,
  apply: () => Promise<T>,
): Promise<T> => {
  const call = `unpacker:${name}`;
  const site = { account: place.accountId, region: place.region, action: call };
  try {
    return await gate.run({
      site,
      apply,
      signal,
      refuse: (fault) => refusalOfUnpacker(fault, call, unpacker.address),
    });
  } catch (reason) {
    if (!(reason instanceof ConnectionClosed)) throw reason;
    throw unpackerUnreachable(call, unpacker.address, reason.message);
  }
};
