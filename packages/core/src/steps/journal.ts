import type { Json, JsonObject } from './json.js';

interface Placed {
  /** RFC 3339, UTC. */
  readonly at: string;
  /** `targetKey` of the target. */
  readonly target: string;
  readonly step: string;
  readonly attempt: number;
}

/** One line of a journal: what is about to be done, then what came of it. */
export type JournalRecord =
  | {
      readonly type: 'publication' | 'operation';
      readonly version: 1;
      readonly at: string;
      readonly plan: Json;
    }
  | (Placed & { readonly type: 'intent'; readonly call: string; readonly request: JsonObject })
  | (Placed & { readonly type: 'refused'; readonly call: string })
  | (Placed & {
      readonly type: 'outcome';
      readonly value: Json;
      /** Of the step in the process that finished it. */
      readonly durationMs?: number;
    })
  | (Placed & { readonly type: 'failure'; readonly code: string; readonly message: string })
  | (Placed & { readonly type: 'undone' })
  | { readonly type: 'undoing'; readonly at: string; readonly target: string }
  | { readonly type: 'finished'; readonly at: string; readonly target: string; readonly status: string };

/** The append-only record of one publication, held by one process at a time. */
export interface Journal {
  readonly publicationId: string;
  readonly records: readonly JournalRecord[];
  /** Resolves when the record is durable. */
  append(record: JournalRecord): Promise<void>;
  /** Lets go of it. */
  close(): Promise<void>;
}

/** Where journals are kept. */
export interface JournalStore {
  /** @throws `PUBLICATION_LOCKED` if there is one of that id in use. */
  create(publicationId: string): Promise<Journal>;
  /** @throws `PUBLICATION_NOT_FOUND`, `PUBLICATION_LOCKED`, `JOURNAL_DAMAGED`. */
  open(publicationId: string): Promise<Journal>;
  /**
   * Reads without taking hold of it.
   *
   * @throws `PUBLICATION_NOT_FOUND`, `JOURNAL_DAMAGED`.
   */
  read(publicationId: string): Promise<readonly JournalRecord[]>;
  /** Ids, the newest first. */
  list(): Promise<readonly string[]>;
}

/** Whether a rollback of the target was begun and has not ended well: a step may be undone by half, whatever its outcome says. */
export const isHalfUndone = (records: readonly JournalRecord[], target: string): boolean => {
  const last = records.findLast(
    (record) =>
      (record.type === 'undoing' || (record.type === 'finished' && record.status === 'rolled-back')) &&
      record.target === target,
  );
  return last?.type === 'undoing';
};

/** What a journal says about one step of one target. */
export interface StepHistory {
  readonly attempt: number;
  /** Of this attempt; `undefined` if it has not finished. */
  readonly outcome: { readonly value: Json } | undefined;
  /** Intents of this attempt that may have had an effect. */
  readonly intents: readonly Extract<JournalRecord, { type: 'intent' }>[];
  readonly failure: Extract<JournalRecord, { type: 'failure' }> | undefined;
}

/** Reads the history of a step out of the records. */
export const stepHistory = (records: readonly JournalRecord[], target: string, step: string): StepHistory => {
  let attempt = 1;
  let outcome: StepHistory['outcome'];
  let intents: Extract<JournalRecord, { type: 'intent' }>[] = [];
  let failure: StepHistory['failure'];
  for (const record of recordsOf(records, target, step)) {
    if (record.type === 'undone') {
      attempt += 1;
      outcome = undefined;
      intents = [];
      failure = undefined;
    }
    if (record.type === 'intent') intents.push(record);
    if (record.type === 'refused') intents = intents.filter((intent) => intent.call !== record.call);
    if (record.type === 'outcome') outcome = { value: record.value };
    if (record.type === 'failure') failure = record;
  }
  return { attempt, outcome, intents, failure };
};

type StepRecord = Extract<JournalRecord, { readonly step: string }>;

interface Index {
  /** Records that the index knows. */
  count: number;
  readonly byTarget: Map<string, StepRecord[]>;
}

/** Per list of records, which only ever grows: a publication over a thousand targets asks for every step of each. */
const indexes = new WeakMap<readonly JournalRecord[], Index>();

const recordsOf = (
  records: readonly JournalRecord[],
  target: string,
  step: string,
): readonly StepRecord[] => {
  const index = indexes.get(records) ?? { count: 0, byTarget: new Map<string, StepRecord[]>() };
  indexes.set(records, index);
  for (; index.count < records.length; index.count++) {
    const record = records[index.count];
    if (record === undefined || !('step' in record)) continue;
    const known = index.byTarget.get(record.target);
    if (known === undefined) index.byTarget.set(record.target, [record]);
    else known.push(record);
  }
  return index.byTarget.get(target)?.filter((record) => record.step === step) ?? [];
};
