import type { JournalRecord, JournalStore } from '../../steps/journal.js';
import type { PublicationPlan } from '../plan.js';
import type { PublishStepName, PublishValues } from '../values.js';

/** How long one step took once. */
export interface StepSample {
  readonly step: string;
  /** `targetKey` of the target. */
  readonly target: string;
  readonly stream: string;
  /** Whether the volume was new: its first image and its first snapshot are whole ones. */
  readonly isNewVolume: boolean;
  readonly durationMs: number;
}

/** Where a duration comes from, from near to far. */
export type DurationBasis = 'target' | 'stream' | 'all' | 'assumed';

/** Publications that are looked at; older ones say less and less. */
const latest = 10;

/** Median durations, ms, by what they are of: a plan over a thousand targets asks for each step of each. */
export type History = ReadonlyMap<string, number>;

/** What the journals of the latest publications tell. One that cannot be read tells nothing; a plan must not fail for it. */
export const readHistory = async (journals: JournalStore): Promise<History> => {
  const ids = await journals.list().catch(() => []);
  const read = await Promise.all(
    ids.slice(0, latest).map((id) => journals.read(id).catch((): readonly JournalRecord[] => [])),
  );
  return historyOf(read.flatMap(samplesOf));
};

/** The durations in one journal. */
export const samplesOf = (records: readonly JournalRecord[]): StepSample[] => {
  const [first] = records;
  if (first?.type !== 'publication') return [];
  const { stream } = (first.plan as PublicationPlan).options;
  const newVolumes = new Set(
    records.flatMap((record) =>
      record.type === 'outcome' &&
      record.step === 'volume' &&
      (record.value as PublishValues['volume']).created
        ? record.target
        : [],
    ),
  );
  return records.flatMap((record) => {
    if (record.type !== 'outcome' || record.durationMs === undefined) return [];
    const { step, target, durationMs } = record;
    return [{ step, target, stream, isNewVolume: newVolumes.has(target), durationMs }];
  });
};

const median = (sorted: readonly number[]): number => {
  const middle = sorted.length / 2;
  return Number.isInteger(middle)
    ? ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2
    : (sorted[Math.floor(middle)] ?? 0);
};

/** Steps that take longer where the volume is new, or only then do anything. */
const differsByVolume: ReadonlySet<string> = new Set(['volume', 'attach', 'prepare', 'unpack', 'complete']);

type Subject = Pick<StepSample, 'step' | 'target' | 'stream' | 'isNewVolume'>;

/** The keys of a step in a history, from near to far: in this target for this stream, of the stream anywhere, of all. */
const keysOf = ({ step, target, stream, isNewVolume }: Subject) => {
  const kind = differsByVolume.has(step) ? `${step} ${isNewVolume ? 'new' : 'present'}` : step;
  return [
    ['target', `target ${kind} ${stream} ${target}`],
    ['stream', `stream ${kind} ${stream}`],
    ['all', `all ${kind}`],
  ] as const;
};

/** The medians of durations. */
export const historyOf = (samples: readonly StepSample[]): History => {
  const durations = new Map<string, number[]>();
  for (const sample of samples) {
    for (const [, key] of keysOf(sample)) {
      const alike = durations.get(key);
      if (alike === undefined) durations.set(key, [sample.durationMs]);
      else alike.push(sample.durationMs);
    }
  }
  return new Map([...durations].map(([key, alike]) => [key, median(alike.sort((a, b) => a - b))]));
};

export interface DurationQuestion {
  readonly step: PublishStepName;
  readonly target: string;
  readonly stream: string;
  readonly isNewVolume: boolean;
  /** What is assumed without any history, ms. */
  readonly assumedMs: number;
}

/** The median of a step as near to the question as there is one, else what is assumed. */
export const expectedDuration = (
  history: History,
  question: DurationQuestion,
): { readonly durationMs: number; readonly basis: DurationBasis } => {
  for (const [basis, key] of keysOf(question)) {
    const durationMs = history.get(key);
    if (durationMs !== undefined) return { durationMs, basis };
  }
  return { durationMs: question.assumedMs, basis: 'assumed' };
};
