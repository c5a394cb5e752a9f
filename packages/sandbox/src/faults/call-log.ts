/** Where a call is made, and which. */
export interface CallSite {
  readonly account: string;
  readonly region: string;
  /** An action of EC2 or STS, such as `CreateSnapshot`, or a call of an unpacker of the model, such as `unpacker:UnpackImage`. */
  readonly action: string;
}

/** A call that arrived. */
export interface RecordedCall extends CallSite {
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** Code of the error that it was answered with; `ConnectionClosed` if it was not answered. */
  readonly error?: string | undefined;
  /** Kind of the fault that befell it. */
  readonly fault?: string | undefined;
}

/** A call that goes on; what becomes of it is still to be written. */
export interface OpenCall extends CallSite {
  readonly at: number;
  error?: string | undefined;
  fault?: string | undefined;
}

const defaultCapacity = 10_000;

/** The latest calls, and how many there were of each action. A call is in here from its arrival on. */
export class CallLog {
  readonly #capacity: number;
  readonly #counts = new Map<string, number>();
  #calls: OpenCall[] = [];

  /** @param capacity how many calls are remembered; those before are counted only */
  constructor(capacity = defaultCapacity) {
    this.#capacity = capacity;
  }

  /** Writes down a call that arrives. */
  open(site: CallSite, at: number): OpenCall {
    const call: OpenCall = { at, account: site.account, region: site.region, action: site.action };
    this.#calls.push(call);
    if (this.#calls.length >= 2 * this.#capacity) this.#calls = this.#calls.slice(-this.#capacity);
    this.#counts.set(call.action, this.count(call.action) + 1);
    return call;
  }

  /** The remembered calls that agree with all given attributes, oldest first. */
  list(where: Partial<RecordedCall> = {}): RecordedCall[] {
    const wanted = Object.entries(where);
    return this.#calls
      .slice(-this.#capacity)
      .filter((call) => wanted.every(([name, value]) => call[name as keyof RecordedCall] === value))
      .map((call) => ({ ...call }));
  }

  /** How often an action was called, ever or since {@link clear}. */
  count(action: string): number {
    return this.#counts.get(action) ?? 0;
  }

  /** How often each action was called, by name. */
  counts(): Readonly<Record<string, number>> {
    return Object.fromEntries([...this.#counts].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  clear(): void {
    this.#calls = [];
    this.#counts.clear();
  }
}
