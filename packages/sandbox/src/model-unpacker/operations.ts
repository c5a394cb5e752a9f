import { AmiPublisherError } from '@ami-publisher/base';
import type { LeaseRef, StepProgress } from '@ami-publisher/core';
import { checkNotTakenOver, type OperationResult, remember, type StreamRecord } from './stream-record.js';

/** A long call on a stream. */
export interface OperationRequest {
  readonly id: string;
  readonly call: string;
  /** What it asks for, beside stream and lease. */
  readonly request: string;
  readonly lease: LeaseRef;
  /** Whether what it came to once is still so. */
  readonly stillHolds: (result: OperationResult) => boolean;
  readonly run: (report: (progress: StepProgress) => void, signal: AbortSignal) => Promise<OperationResult>;
}

/** A long call that runs or waits for its turn. */
export interface RunningOperation extends Pick<OperationRequest, 'id' | 'call' | 'request'> {
  readonly stream: string;
  readonly done: Promise<OperationResult>;
  readonly followers: Set<(progress: StepProgress) => void>;
  progress: StepProgress;
}

/** The long calls of one unpacker process, and the turns that all work on a stream takes. Nothing here survives a crash. */
export class Operations {
  readonly #running = new Map<string, RunningOperation>();
  readonly #turns = new Map<string, Promise<unknown>>();
  readonly #signal: AbortSignal;

  /** @param signal aborts when the process ends */
  constructor(signal: AbortSignal) {
    this.#signal = signal;
  }

  /** Runs a task after all that came before it on the stream. */
  inTurn<T>(stream: string, task: () => Promise<T>): Promise<T> {
    const before = this.#turns.get(stream) ?? Promise.resolve();
    const turn = before.then(() => {
      this.#signal.throwIfAborted();
      return task();
    });
    this.#turns.set(
      stream,
      turn.catch(() => undefined),
    );
    return turn;
  }

  runningOn(stream: string): RunningOperation | undefined {
    return [...this.#running.values()].find((operation) => operation.stream === stream);
  }

  /**
   * Begins or joins an operation.
   *
   * @returns it, or what it came to if it has succeeded before and that is still so
   * @throws `INVALID_OPTION` for an id of another call
   */
  start(stream: StreamRecord, request: OperationRequest): RunningOperation | OperationResult {
    const running = this.#running.get(request.id);
    const finished = stream.operations.find(({ id }) => id === request.id);
    const known = running ?? finished;
    if (known !== undefined && (known.call !== request.call || known.request !== request.request)) {
      throw sameIdTwice(request);
    }
    if (running !== undefined) return running;
    if (finished !== undefined && request.stillHolds(finished.result)) return finished.result;
    return this.#begin(stream, request);
  }

  #begin(stream: StreamRecord, request: OperationRequest): RunningOperation {
    const { id, call } = request;
    const followers = new Set<(progress: StepProgress) => void>();
    const report = (progress: StepProgress) => {
      operation.progress = progress;
      for (const follower of followers) follower(progress);
    };
    const work = this.inTurn(stream.name, async () => {
      checkNotTakenOver(stream, request.lease);
      const result = await request.run(report, this.#signal);
      this.#signal.throwIfAborted();
      remember(stream, { id, call, request: request.request, result });
      return result;
    });
    const operation: RunningOperation = {
      id,
      call,
      request: request.request,
      stream: stream.name,
      done: work.finally(() => this.#running.delete(id)),
      followers,
      progress: { phase: 'wait' },
    };
    // Nobody may be listening when it fails.
    operation.done.catch(() => undefined);
    this.#running.set(id, operation);
    return operation;
  }
}

const sameIdTwice = ({ id, call }: OperationRequest): AmiPublisherError =>
  new AmiPublisherError('INVALID_OPTION', {
    message: `operation ${id} is not ${call} of this stream and request`,
    resource: id,
    remedy: 'give every step of a publication an operation id of its own',
  });
