import type { Logger } from '@ami-publisher/base';
import { AmiPublisherError } from '@ami-publisher/base';
import type { ChangeNotifier } from '@ami-publisher/daemon';
import { newStream, type StreamRecord, type UnpackerState, withStream } from './model.js';
import { loadState, saveState } from './state-file.js';

export interface StateStoreOptions {
  readonly directory: string;
  readonly notifier: ChangeNotifier;
  readonly logger: Logger;
}

/** What a change makes of the state, and what it tells whoever asked for it. */
export interface Change<T> {
  readonly state: UnpackerState;
  readonly result: T;
}

/**
 * The state in memory and on disk. Readers take `current`, which never changes under them; writers `commit`.
 *
 * Changes that come in while a write is on its way share the next one.
 */
export class StateStore {
  readonly #options: StateStoreOptions;
  #current: UnpackerState;
  #newest: UnpackerState;
  #writing: Promise<void> = Promise.resolve();
  #next: Promise<void> | undefined;

  private constructor(options: StateStoreOptions, state: UnpackerState) {
    this.#options = options;
    this.#current = state;
    this.#newest = state;
  }

  /** @throws `STATE_DAMAGED`. */
  static async open(options: StateStoreOptions): Promise<StateStore> {
    return new StateStore(options, await loadState(options.directory, options.logger));
  }

  /** What is on disk. */
  get current(): UnpackerState {
    return this.#current;
  }

  /**
   * Applies a change to the newest state and resolves when it is on disk. A change that throws has no effect. When the write fails the
   * outcome is unknown, as after a crash: the change is written with the next one that succeeds.
   */
  async commit<T>(change: (state: UnpackerState) => Change<T>): Promise<T> {
    const { state, result } = change(this.#newest);
    this.#newest = state;
    await this.#written();
    return result;
  }

  /**
   * Commits a change of one stream.
   *
   * @throws `STREAM_NOT_FOUND` if there is no such stream.
   */
  commitStream(name: string, change: (stream: StreamRecord) => StreamRecord): Promise<StreamRecord> {
    return this.commit((state) => {
      const result = change(streamOf(state, name));
      return { state: withStream(state, result), result };
    });
  }

  /** Adds a stream if it is not there. */
  createStream(name: string): Promise<StreamRecord> {
    return this.commit((state) => {
      const result = state.streams.get(name) ?? newStream(name);
      return { state: withStream(state, result), result };
    });
  }

  #written(): Promise<void> {
    this.#next ??= this.#writing.then(() => {
      this.#next = undefined;
      const write = this.#write(this.#newest);
      this.#writing = write.catch((error: unknown) => {
        this.#options.logger.error('cannot write the state file', { error });
      });
      return write;
    });
    return this.#next;
  }

  async #write(state: UnpackerState): Promise<void> {
    if (state !== this.#current) await saveState(this.#options.directory, state);
    this.#current = state;
    this.#options.notifier.notify();
  }
}

/**
 * @throws `STREAM_NOT_FOUND` if there is no such stream.
 */
export const streamOf = (state: UnpackerState, name: string): StreamRecord => {
  const stream = state.streams.get(name);
  if (stream !== undefined) return stream;
  throw new AmiPublisherError('STREAM_NOT_FOUND', {
    message: `this unpacker has no stream ${name}`,
    resource: name,
    remedy: 'create it with CreateStream',
  });
};
