import { AmiPublisherError, isAmiPublisherError, untilAborted } from '@ami-publisher/base';
import type { Instance } from '@aws-sdk/client-ec2';
import { formatTarget, type Target } from '../target/target.js';
import type { UnpackerConnection, UnpackerConnector } from './connectors/connector.js';
import { idOf } from './instances.js';
import type { CallOptions, UnpackerOperatorClient } from './unpacker-client.js';
import type { UnpackerWires } from './wires.js';

export interface ConnectedClientOptions {
  readonly target: Target;
  readonly instance: Instance;
  readonly connector: UnpackerConnector;
  /** Make the client when the way has been opened. */
  readonly wires: UnpackerWires;
}

interface Open {
  readonly connection: UnpackerConnection;
  readonly client: UnpackerOperatorClient;
}

type Method = Exclude<keyof UnpackerOperatorClient, 'close'>;

/** Whether a call is an operation, which goes on in the unpacker when its caller is cut off. */
const isOperation: Readonly<Record<Method, boolean>> = {
  status: false,
  createStream: false,
  acquireLease: false,
  renewLease: false,
  releaseLease: false,
  drain: false,
  whileAttaching: false,
  addDevice: false,
  associateStream: false,
  growDevice: false,
  removeDevice: false,
  prepareForUnpack: true,
  unpackImage: true,
  prepareForCapture: true,
  confirmCapture: false,
  offerRaw: false,
  claimDevice: false,
  forgetStream: false,
  prepareForCopy: true,
  exportImage: true,
  getRaw: false,
  cancelOperation: false,
};

/**
 * An unpacker through a connector. The way is opened at the first call, opened again at the next call if it was lost, and closed
 * with the client.
 */
export const createConnectedClient = (options: ConnectedClientOptions): UnpackerOperatorClient => {
  const link = new Link(options);
  const methods = (Object.keys(isOperation) as Method[]).map((name) => [
    name,
    (...parameters: unknown[]) => link.call(name, parameters),
  ]);
  return {
    ...(Object.fromEntries(methods) as Omit<UnpackerOperatorClient, 'close'>),
    close: () => link.close(),
  };
};

class Link {
  readonly #options: ConnectedClientOptions;
  readonly #closing = new AbortController();
  #opening: Promise<Open> | undefined;

  constructor(options: ConnectedClientOptions) {
    this.#options = options;
  }

  async call(name: Method, parameters: readonly unknown[]): Promise<unknown> {
    const { signal } = (parameters.at(-1) ?? {}) as CallOptions;
    const { connection, client } = await untilAborted(this.#open(), signal);
    try {
      const method = client[name] as (...parameters: readonly unknown[]) => Promise<unknown>;
      return await method(...parameters);
    } catch (reason) {
      signal?.throwIfAborted();
      throw await explained(reason, connection, this.#options, isOperation[name]);
    }
  }

  close(): void {
    this.#closing.abort(closed(this.#options));
    this.#drop(this.#opening);
  }

  #open(): Promise<Open> {
    this.#opening ??= this.#connect();
    return this.#opening;
  }

  #connect(): Promise<Open> {
    const { connector, instance, target, wires } = this.#options;
    const { signal } = this.#closing;
    const opening = (async (): Promise<Open> => {
      signal.throwIfAborted();
      const connection = await connector.open({ target, instance, signal });
      connection.lost?.addEventListener('abort', () => this.#drop(opening), { once: true });
      if (signal.aborted) connection.close?.();
      signal.throwIfAborted();
      try {
        return { connection, client: await wires.createClient(this.#options, connection, signal) };
      } catch (reason) {
        connection.close?.();
        throw await explained(reason, connection, this.#options, false);
      }
    })();
    opening.catch(() => this.#forget(opening));
    return opening;
  }

  /** Calls in progress end by themselves; there are none on a way that was lost. */
  #drop(opening: Promise<Open> | undefined): void {
    this.#forget(opening);
    opening?.then(
      ({ connection, client }) => {
        client.close();
        connection.close?.();
      },
      () => {
        // It never opened.
      },
    );
  }

  #forget(opening: Promise<Open> | undefined): void {
    if (this.#opening === opening) this.#opening = undefined;
  }
}

const unanswered: readonly string[] = ['UNPACKER_UNREACHABLE', 'TIMED_OUT'];

/** What a call without an answer ended with, with what the connector knows of the reason and of the way out. */
const explained = async (
  reason: unknown,
  connection: UnpackerConnection,
  { connector, instance, target }: ConnectedClientOptions,
  isOperationCall: boolean,
): Promise<unknown> => {
  if (!isAmiPublisherError(reason) || !unanswered.includes(reason.code)) return reason;
  const fault = connection.lost?.aborted ? connection.lost.reason : await connection.fault?.();
  const known: AmiPublisherError | undefined = isAmiPublisherError(fault) ? fault : undefined;
  const remedy = known?.remedy ?? connection.remedy;
  const joined = '; what was begun goes on in the unpacker, and resuming the publication joins it';
  return new AmiPublisherError(known?.code ?? reason.code, {
    message:
      known === undefined
        ? `${reason.summary} (${idOf(instance)}, connector ${connector.name})`
        : `${reason.call}: ${known.summary}`,
    target: formatTarget(target),
    resource: idOf(instance),
    retryable: known?.retryable ?? reason.retryable,
    remedy: isOperationCall ? remedy + joined : remedy,
    cause: reason,
    ...(reason.call !== undefined && { call: reason.call }),
  });
};

const closed = ({ instance }: ConnectedClientOptions): AmiPublisherError =>
  new AmiPublisherError('CANCELLED', {
    message: `the client of ${idOf(instance)} is closed`,
    resource: idOf(instance),
  });
