import { AmiPublisherError, type Clock, isAmiPublisherError, type Logger } from '@ami-publisher/base';
import { checkLease, checkNotTakenOver, type LeaseClaim } from '../leases.js';
import { type OperationRecord, withOperation } from '../state/model.js';
import { type StateStore, streamOf } from '../state/state-store.js';
import type { StreamQueues } from '../streams/stream-queues.js';
import { type OperationContext, type OperationResult, RunningOperation } from './running-operation.js';

/** A long call on a stream. */
export interface OperationRequest {
  readonly id: string;
  readonly stream: string;
  readonly lease: LeaseClaim;
  readonly call: string;
  /** All that the call asks for beside id, stream and lease. */
  readonly request: string;
  /** Whether what a finished call came to is still so. */
  readonly stillHolds: (record: OperationRecord) => boolean;
  readonly run: (context: OperationContext) => Promise<OperationResult>;
}

export interface OperationTableOptions {
  readonly store: StateStore;
  readonly queues: StreamQueues;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Called on every progress of any operation. */
  readonly onChange: () => void;
  /** Called with the outcome of each. */
  readonly onEnd: (record: OperationRecord) => void;
}

/**
 * The long calls: those that run, and the outcome of those that ended.
 *
 * Asking for an id again joins the call while it runs, and returns its result once it has succeeded, for as long as that is true. One that
 * failed, was cancelled or was cut short by a restart is begun again: a caller that asks again wants it done.
 */
export class OperationTable {
  readonly #options: OperationTableOptions;
  readonly #running = new Map<string, RunningOperation>();
  #closed: AmiPublisherError | undefined;

  constructor(options: OperationTableOptions) {
    this.#options = options;
  }

  /** Marks what ran when the last process ended as failed. */
  async recover(): Promise<void> {
    const { store, clock } = this.#options;
    const at = instant(clock);
    for (const stream of store.current.streams.values()) {
      if (stream.operations.every((operation) => operation.state !== 'RUNNING')) continue;
      await store.commitStream(stream.name, (record) => {
        const operations = record.operations.map((operation) => cutShort(operation, at));
        const lastError = operations.findLast((operation) => operation.error !== undefined)?.error;
        return { ...record, operations, ...(lastError !== undefined && { lastError }) };
      });
    }
  }

  /**
   * Begins or joins an operation.
   *
   * @returns it, or what it came to if it has succeeded before.
   * @throws `LEASE_LOST`, `STREAM_NOT_FOUND`, `INVALID_OPTION` for an id that belongs to another call.
   */
  start(request: OperationRequest): RunningOperation | OperationRecord {
    const { store, clock, onChange } = this.#options;
    checkLease(streamOf(store.current, request.stream), request.lease, clock.now());
    const running = this.#running.get(request.id);
    const known = running ?? this.#find(request.id);
    if (known !== undefined) checkSame(known.stream, known.record, request);
    if (running !== undefined) return running;
    if (known?.record.state === 'SUCCEEDED' && request.stillHolds(known.record)) return known.record;
    if (this.#closed !== undefined) throw this.#closed;
    const operation = new RunningOperation(request.stream, begun(request, instant(clock)), onChange);
    this.#running.set(request.id, operation);
    void this.#run(operation, request);
    return operation;
  }

  /** The operation that a stream's followers are shown: the one that runs, or the one that ended last. */
  ofStream(stream: string): OperationRecord | undefined {
    const running = this.runningOn(stream)[0];
    return running?.record ?? this.#options.store.current.streams.get(stream)?.operations.at(-1);
  }

  /** Those that run or wait on a stream, the first first. */
  runningOn(stream: string): readonly RunningOperation[] {
    return [...this.#running.values()].filter((operation) => operation.stream === stream);
  }

  /** All that run or wait. */
  get running(): readonly RunningOperation[] {
    return [...this.#running.values()];
  }

  /** @throws `OPERATION_NOT_FOUND`. */
  get(id: string): { readonly stream: string; readonly record: OperationRecord } {
    const found = this.#running.get(id) ?? this.#find(id);
    if (found !== undefined) return found;
    throw new AmiPublisherError('OPERATION_NOT_FOUND', {
      message: `this unpacker has no operation ${id}`,
      resource: id,
      remedy: 'operations are remembered until 20 later ones of their stream; see GetStatus for the last',
    });
  }

  /** Stops an operation and waits until it has stopped. One that has ended stays as it ended. */
  async cancel(id: string, reason: AmiPublisherError): Promise<void> {
    const running = this.#running.get(id);
    running?.cancel(reason);
    await running?.done;
  }

  /** Stops all operations of a stream. */
  cancelOn(stream: string, reason: AmiPublisherError): Promise<void> {
    return stopAll(this.runningOn(stream), reason);
  }

  /** Begins nothing any more, gives what runs up to `graceMs` to end by itself, and then stops it. */
  async close(reason: AmiPublisherError, graceMs: number): Promise<void> {
    this.#closed = reason;
    const inTime = new AbortController();
    const timeUp = this.#options.clock.sleep(graceMs, inTime.signal).catch(() => {});
    await Promise.race([timeUp, Promise.all(this.running.map(({ done }) => done))]);
    inTime.abort();
    await stopAll(this.running, reason);
  }

  #find(id: string): { readonly stream: string; readonly record: OperationRecord } | undefined {
    for (const stream of this.#options.store.current.streams.values()) {
      const record = stream.operations.find((operation) => operation.id === id);
      if (record !== undefined) return { stream: stream.name, record };
    }
    return undefined;
  }

  async #run(operation: RunningOperation, request: OperationRequest): Promise<void> {
    const { clock } = this.#options;
    const ended = await this.#body(operation, request).catch((failure: unknown) => ({ failure }));
    const record = operation.outcome(ended, instant(clock));
    this.#options.onEnd(record);
    await this.#remember(request.stream, record);
    this.#running.delete(request.id);
    operation.finish(record);
  }

  /** The lease is checked once more when its turn comes: it may have been taken over while the call waited. */
  async #body(operation: RunningOperation, request: OperationRequest): Promise<OperationResult> {
    const { store, queues } = this.#options;
    await store.commitStream(request.stream, (stream) => withOperation(stream, operation.record));
    return queues.run(
      request.stream,
      () => {
        checkNotTakenOver(streamOf(store.current, request.stream), request.lease);
        return request.run(operation.context);
      },
      operation.context.signal,
    );
  }

  async #remember(stream: string, record: OperationRecord): Promise<void> {
    const { store, logger } = this.#options;
    const level = record.state === 'FAILED' ? 'warn' : 'info';
    logger[level]('operation ended', {
      stream,
      id: record.id,
      call: record.call,
      state: record.state,
      error: record.error,
    });
    try {
      await store.commitStream(stream, (before) => {
        const after = withOperation(before, record);
        return record.error === undefined ? after : { ...after, lastError: record.error };
      });
    } catch (error) {
      const forgotten = isAmiPublisherError(error) && error.code === 'STREAM_NOT_FOUND';
      if (!forgotten)
        logger.error('cannot remember how an operation ended', { stream, id: record.id, error });
    }
  }
}

const stopAll = async (all: readonly RunningOperation[], reason: AmiPublisherError): Promise<void> => {
  for (const operation of all) operation.cancel(reason);
  await Promise.all(all.map((operation) => operation.done));
};

const begun = (request: OperationRequest, startedAt: string): OperationRecord => ({
  id: request.id,
  call: request.call,
  request: request.request,
  state: 'RUNNING',
  phase: 'wait',
  filesDone: 0,
  filesTotal: 0,
  bytesDone: 0,
  bytesTotal: 0,
  startedAt,
});

const cutShort = (operation: OperationRecord, at: string): OperationRecord =>
  operation.state !== 'RUNNING'
    ? operation
    : {
        ...operation,
        state: 'FAILED',
        finishedAt: at,
        error: {
          code: 'UNPACKER_FAILED',
          message: `${operation.call} was cut short when the unpacker stopped; ask for it again to begin anew`,
          at,
        },
      };

const checkSame = (stream: string, record: OperationRecord, request: OperationRequest): void => {
  if (stream === request.stream && record.call === request.call && record.request === request.request) return;
  throw new AmiPublisherError('INVALID_OPTION', {
    message: `operation ${request.id} is ${record.call} on ${stream} (${record.request}), not ${request.call} on ${request.stream} (${request.request})`,
    resource: request.id,
    remedy: 'give every step of a publication an operation id of its own',
  });
};

const instant = (clock: Clock): string => new Date(clock.now()).toISOString();
