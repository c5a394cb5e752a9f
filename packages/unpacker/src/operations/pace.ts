import type { OperationRecord } from '../state/model.js';

/** How fast an operation goes, and how long its phase still takes if it goes on so. */
export interface PaceEstimate {
  readonly bytesPerSecond: number;
  /** undefined: not known. */
  readonly remainingMs: number | undefined;
}

interface PhaseBegin {
  readonly phase: string;
  /** Milliseconds since the Unix epoch. */
  readonly at: number;
  readonly bytesDone: number;
}

/** Less says too little about how it goes on, ms. */
const leastMs = 1_000;

/** Remembers when each phase of each running operation began. */
export class Pace {
  readonly #begins = new Map<string, PhaseBegin>();

  /** Looks at all operations that run now; others are forgotten. */
  observe(records: readonly OperationRecord[], now: number): void {
    const ids = new Set(records.map(({ id }) => id));
    for (const id of this.#begins.keys()) if (!ids.has(id)) this.#begins.delete(id);
    for (const { id, phase, bytesDone } of records) {
      if (this.#begins.get(id)?.phase !== phase) this.#begins.set(id, { phase, at: now, bytesDone });
    }
  }

  /** @returns undefined while too little is known. */
  estimate({ id, phase, bytesDone, bytesTotal }: OperationRecord, now: number): PaceEstimate | undefined {
    const begin = this.#begins.get(id);
    if (begin === undefined || begin.phase !== phase || now - begin.at < leastMs) return undefined;
    const bytesPerSecond = ((bytesDone - begin.bytesDone) * 1000) / (now - begin.at);
    const isMeasured = bytesPerSecond > 0 && bytesTotal >= bytesDone;
    return {
      bytesPerSecond,
      remainingMs: isMeasured ? ((bytesTotal - bytesDone) * 1000) / bytesPerSecond : undefined,
    };
  }
}
