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

/** The durations in the journals of the latest publications. A journal that cannot be read tells nothing; a plan must not fail for it. */
export const readHistory = async (journals: JournalStore): Promise<StepSample[]> => {
  const ids = await journals.list().catch(() => []);
  const read = await Promise.all(
    ids.slice(0, latest).map((id) => journals.read(id).catch((): readonly JournalRecord[] => [])),
  );
  return read.flatMap(samplesOf);
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

export interface DurationQuestion {
  readonly step: PublishStepName;
  readonly target: string;
  readonly stream: string;
  readonly isNewVolume: boolean;
  /** What is assumed without any history, ms. */
  readonly assumedMs: number;
}

/** Steps that take longer where the volume is new, or only then do anything. */
const differsByVolume: ReadonlySet<string> = new Set(['volume', 'attach', 'prepare', 'unpack', 'complete']);

/** The median of a step in this target for this stream, else of the stream anywhere, else of all, else what is assumed. */
export const expectedDuration = (
  samples: readonly StepSample[],
  { step, target, stream, isNewVolume, assumedMs }: DurationQuestion,
): { readonly durationMs: number; readonly basis: DurationBasis } => {
  const alike = samples.filter(
    (sample) => sample.step === step && (sample.isNewVolume === isNewVolume || !differsByVolume.has(step)),
  );
  const ofStream = alike.filter((sample) => sample.stream === stream);
  const sets: readonly (readonly [DurationBasis, readonly StepSample[]])[] = [
    ['target', ofStream.filter((sample) => sample.target === target)],
    ['stream', ofStream],
    ['all', alike],
  ];
  for (const [basis, set] of sets) {
    if (set.length === 0) continue;
    return { durationMs: median(set.map(({ durationMs }) => durationMs).sort((a, b) => a - b)), basis };
  }
  return { durationMs: assumedMs, basis: 'assumed' };
};
