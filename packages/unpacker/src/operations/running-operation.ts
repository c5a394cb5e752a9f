import { AmiPublisherError, type Clock, isAmiPublisherError, toAmiPublisherError } from '@ami-publisher/base';
import { ChangeNotifier, snapshots } from '@ami-publisher/daemon';
import { fileSystemError, fromText } from '@ami-publisher/image';
import type { DriverProgress } from '../driver/driver.js';
import type { CaptureRecord, ExportRecord, OperationRecord, UnpackRecord } from '../state/model.js';

/** What an operation answers with. */
export interface OperationResult {
  readonly unpacked?: UnpackRecord;
  readonly captured?: CaptureRecord;
  readonly exported?: ExportRecord;
}

/** What the body of an operation gets. */
export interface OperationContext {
  readonly signal: AbortSignal;
  /** Replaces the progress that followers see. */
  readonly report: (progress: DriverProgress) => void;
}

const minGapMs = 250;
const maxGapMs = 10_000;

/** An operation while it runs, and for whoever follows it beyond. */
export class RunningOperation {
  readonly stream: string;
  /** Resolves when the outcome is decided and on disk; never rejects. */
  readonly done: Promise<void>;
  readonly #cancel = new AbortController();
  readonly #changes = new ChangeNotifier();
  readonly #onChange: () => void;
  #record: OperationRecord;
  #error: AmiPublisherError | undefined;
  #finished: () => void = () => {};

  constructor(stream: string, record: OperationRecord, onChange: () => void) {
    this.stream = stream;
    this.#record = record;
    this.#onChange = onChange;
    this.done = new Promise((resolve) => {
      this.#finished = resolve;
    });
  }

  get record(): OperationRecord {
    return this.#record;
  }

  get context(): OperationContext {
    return { signal: this.#cancel.signal, report: (progress) => this.#update(progress) };
  }

  /** Asks the body to stop; the operation ends when it has. */
  cancel(reason: AmiPublisherError): void {
    this.#cancel.abort(reason);
  }

  /** How the operation will be remembered, given what its body came to. */
  outcome(ended: OperationResult | { readonly failure: unknown }, at: string): OperationRecord {
    if (!('failure' in ended)) return { ...this.#record, ...ended, state: 'SUCCEEDED', finishedAt: at };
    this.#error = this.#cancel.signal.aborted
      ? stoppedBy(this.#cancel.signal)
      : asError(ended.failure, this.stream);
    const { code, message } = this.#error;
    const state = code === 'CANCELLED' ? 'CANCELLED' : 'FAILED';
    return { ...this.#record, state, finishedAt: at, error: { code, message, at } };
  }

  /** Tells the followers the outcome. */
  finish(record: OperationRecord): void {
    this.#update(record);
    this.#finished();
  }

  /**
   * The operation now and as it goes on, the outcome last.
   *
   * @throws the error that the operation ended with, after its outcome.
   */
  async *follow(clock: Clock, signal: AbortSignal): AsyncGenerator<OperationRecord, void> {
    yield* snapshots({
      notifier: this.#changes,
      take: () => this.#record,
      hasEnded: () => this.#record.state !== 'RUNNING',
      minGapMs,
      maxGapMs,
      clock,
      signal,
    });
    if (this.#error !== undefined) throw this.#error;
  }

  #update(change: Partial<OperationRecord>): void {
    this.#record = { ...this.#record, ...change };
    this.#changes.notify();
    this.#onChange();
  }
}

const stoppedBy = (signal: AbortSignal): AmiPublisherError =>
  isAmiPublisherError(signal.reason)
    ? signal.reason
    : new AmiPublisherError('CANCELLED', { message: 'cancelled', cause: signal.reason });

/** What the file system refuses is no fault of this program. */
const asError = (failure: unknown, stream: string): AmiPublisherError =>
  failure instanceof Error && 'errno' in failure
    ? fileSystemError(failure, 'work on the volume of', fromText(stream))
    : toAmiPublisherError(failure);
