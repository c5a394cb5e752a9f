import type { JsonObject } from '../../steps/json.js';
import type { ResolvedPublishOptions } from '../options.js';
import { publishSteps } from '../steps/index.js';
import type { PublishStepName } from '../values.js';
import { type DurationBasis, expectedDuration, type History } from './history.js';
import { ebsPrices, pricesOf, type RegionPrices } from './prices.js';

/** What would become of the stream's volume. */
export type VolumeAction = 'create' | 'keep' | 'grow' | 'replace';

/** What publishing to one target would take and cost. */
export interface TargetEstimate extends JsonObject {
  readonly durationMs: number;
  /** The farthest of what the steps' durations come from. */
  readonly durationBasis: DurationBasis;
  /** Volume that would be there in addition, GiB; less what is replaced. */
  readonly addedVolumeGiB: number;
  /** A snapshot stores the blocks that changed since the one before; it cannot store more than the volume has. */
  readonly addedSnapshotGiBAtMost: number;
  /** Null where no price is known. */
  readonly addedUsdPerMonthAtMost: number | null;
}

/** The same for all targets together. */
export interface PlanEstimate extends JsonObject {
  /** From the first target's begin to the last one's end. */
  readonly durationMs: number;
  readonly durationBasis: DurationBasis;
  /** Sum over the targets whose price is known. */
  readonly addedUsdPerMonthAtMost: number;
  readonly regionsWithoutPrice: readonly string[];
  /** Day of the price table. */
  readonly pricesAsOf: string;
  readonly pricesSource: string;
}

export interface EstimateSubject {
  readonly region: string;
  /** `targetKey` of the target. */
  readonly target: string;
  readonly options: ResolvedPublishOptions;
  readonly contentBytes: number;
  readonly instanceState: string;
  readonly volumeAction: VolumeAction;
  /** GiB of the volume as it is; 0 if there is none. */
  readonly presentGiB: number;
  readonly volumeSizeGiB: number;
}

const secondMs = 1_000;
/** What is assumed to be unpacked and snapshotted per second where nothing is known: four fifths of gp3's 125 MiB/s. */
const assumedBytesPerSecond = 100 * 1024 * 1024;
const assumedStartMs = 90 * secondMs;

/** What is assumed of each step, ms, while there is no publication to learn from; the rest takes no time. */
const assumedMs = ({
  contentBytes,
  instanceState,
  volumeAction,
}: EstimateSubject): Partial<Record<PublishStepName, number>> => {
  const copyMs = (contentBytes / assumedBytesPerSecond) * secondMs;
  const isNew = isNewVolume(volumeAction);
  return {
    unpacker: instanceState === 'running' ? secondMs : assumedStartMs,
    volume: isNew ? 5 * secondMs : 0,
    attach: isNew ? 10 * secondMs : 0,
    grow: volumeAction === 'grow' ? 30 * secondMs : 0,
    prepare: isNew ? 5 * secondMs : 30 * secondMs,
    unpack: copyMs,
    snapshot: 5 * secondMs,
    complete: 60 * secondMs + copyMs,
    register: 2 * secondMs,
    available: 10 * secondMs,
  };
};

const isNewVolume = (action: VolumeAction): boolean => action === 'create' || action === 'replace';

const bases: readonly DurationBasis[] = ['target', 'stream', 'all', 'assumed'];
const farthest = (all: readonly DurationBasis[]): DurationBasis =>
  bases.findLast((basis) => all.includes(basis)) ?? 'target';

/** Estimates one target from the steps' past durations and the price table. */
export const estimateTarget = (history: History, subject: EstimateSubject): TargetEstimate => {
  const { options, presentGiB, volumeAction, volumeSizeGiB } = subject;
  const assumed = assumedMs(subject);
  const steps = publishSteps.map(({ name }) =>
    expectedDuration(history, {
      step: name,
      target: subject.target,
      stream: options.stream,
      isNewVolume: isNewVolume(volumeAction),
      assumedMs: assumed[name] ?? 0,
    }),
  );
  const total = steps.reduce((sum, { durationMs }) => sum + durationMs, 0);
  // What the past tells is mostly of unpackers that ran.
  const hasHistory = steps[0]?.basis !== 'assumed';
  const startMs = hasHistory && subject.instanceState !== 'running' ? assumedStartMs : 0;
  const sizeGiB = Math.max(presentGiB, volumeSizeGiB);
  const addedVolumeGiB = volumeAction === 'replace' ? volumeSizeGiB - presentGiB : sizeGiB - presentGiB;
  const known = { ...subject, addedVolumeGiB, addedSnapshotGiBAtMost: sizeGiB };
  return {
    durationMs: Math.round(total + startMs),
    durationBasis: farthest(steps.map(({ basis }) => basis)),
    addedVolumeGiB,
    addedSnapshotGiBAtMost: sizeGiB,
    addedUsdPerMonthAtMost: addedCost(pricesOf(subject.region), known),
  };
};

interface Priced {
  readonly options: ResolvedPublishOptions;
  readonly volumeAction: VolumeAction;
  readonly addedVolumeGiB: number;
  readonly addedSnapshotGiBAtMost: number;
}

const includedIops = 3_000;
const includedMiBps = 125;

const addedCost = (prices: RegionPrices | undefined, priced: Priced): number | null => {
  if (prices === undefined) return null;
  const { options, volumeAction, addedVolumeGiB, addedSnapshotGiBAtMost } = priced;
  const extra = volumeAction === 'create' ? performanceCost(prices, options) : 0;
  if (extra === null) return null;
  const storage =
    addedVolumeGiB * prices.gp3UsdPerGiBMonth + addedSnapshotGiBAtMost * prices.snapshotUsdPerGiBMonth;
  return Math.round((storage + extra) * 10_000) / 10_000;
};

/** Of a new volume: what gp3 asks beyond what its storage includes. Null if that is asked for and its price not known. */
const performanceCost = (
  prices: RegionPrices,
  { iops, throughputMiBps }: ResolvedPublishOptions,
): number | null => {
  const extras: readonly (readonly [number, number | undefined])[] = [
    [iops - includedIops, prices.iopsUsdPerMonth],
    [throughputMiBps - includedMiBps, prices.throughputUsdPerMiBpsMonth],
  ];
  return extras.reduce<number | null>((sum, [amount, price]) => {
    if (sum === null || amount <= 0) return sum;
    return price === undefined ? null : sum + amount * price;
  }, 0);
};

/** Puts the estimates of all targets together, `concurrency` of them running at once. */
export const estimatePlan = (
  targets: readonly { readonly region: string; readonly estimate: TargetEstimate }[],
  concurrency: number,
): PlanEstimate => {
  const slots = Array.from({ length: Math.max(1, Math.min(concurrency, targets.length)) }, () => 0);
  for (const { estimate } of targets) {
    const next = slots.indexOf(Math.min(...slots));
    slots[next] = (slots[next] ?? 0) + estimate.durationMs;
  }
  const unpriced = targets.filter(({ estimate }) => estimate.addedUsdPerMonthAtMost === null);
  const usd = targets.reduce((sum, { estimate }) => sum + (estimate.addedUsdPerMonthAtMost ?? 0), 0);
  return {
    durationMs: Math.max(...slots),
    durationBasis: farthest(targets.map(({ estimate }) => estimate.durationBasis)),
    addedUsdPerMonthAtMost: Math.round(usd * 10_000) / 10_000,
    regionsWithoutPrice: [...new Set(unpriced.map(({ region }) => region))].sort(),
    pricesAsOf: ebsPrices.asOf,
    pricesSource: ebsPrices.source,
  };
};
