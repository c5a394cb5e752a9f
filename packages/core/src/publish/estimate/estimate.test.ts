import { describe, expect, it } from 'vitest';
import type { JournalRecord } from '../../steps/journal.js';
import { resolvePublishOptions } from '../options.js';
import { type EstimateSubject, estimatePlan, estimateTarget, type TargetEstimate } from './estimate.js';
import { expectedDuration, historyOf, type StepSample, samplesOf } from './history.js';
import { ebsPrices, pricesOf } from './prices.js';

const stream = 'base/debian-12';
const target = '111111111111/us-east-1';
const options = (more: object = {}) =>
  resolvePublishOptions(
    { stream, leaf: '1', targets: { targets: [], failures: [], notices: [] }, ...more },
    0,
  );
const subject = (more: Partial<EstimateSubject> = {}): EstimateSubject => ({
  region: 'us-east-1',
  target,
  options: options(),
  contentBytes: 1_000 * 1024 * 1024,
  instanceState: 'running',
  volumeAction: 'create',
  presentGiB: 0,
  volumeSizeGiB: 4,
  ...more,
});
const sample = (durationMs: number, more: Partial<StepSample> = {}): StepSample => ({
  step: 'unpack',
  target,
  stream,
  isNewVolume: false,
  durationMs,
  ...more,
});

describe('the expected duration of a step', () => {
  const question = { step: 'unpack', target, stream, isNewVolume: false, assumedMs: 7 } as const;
  const elsewhere = { target: '222222222222/eu-west-1' };

  it('is the median in this target, of this stream', () => {
    const samples = [
      sample(90),
      sample(10),
      sample(20),
      sample(1, elsewhere),
      sample(1, { step: 'register' }),
    ];
    expect(expectedDuration(historyOf(samples), question)).toEqual({ durationMs: 20, basis: 'target' });
    expect(expectedDuration(historyOf([...samples, sample(30)]), question).durationMs).toBe(25);
  });

  it('falls back to the stream anywhere, then to every stream, then to what is assumed', () => {
    const other = sample(300, { ...elsewhere, stream: 'other' });
    expect(expectedDuration(historyOf([sample(40, elsewhere), other]), question)).toEqual({
      durationMs: 40,
      basis: 'stream',
    });
    expect(expectedDuration(historyOf([other]), question)).toEqual({ durationMs: 300, basis: 'all' });
    expect(expectedDuration(historyOf([]), question)).toEqual({ durationMs: 7, basis: 'assumed' });
  });

  it('of a new volume learns from new volumes only, where that makes a difference', () => {
    const samples = [sample(10), sample(500, { isNewVolume: true })];
    expect(expectedDuration(historyOf(samples), { ...question, isNewVolume: true }).durationMs).toBe(500);
    expect(expectedDuration(historyOf(samples), question).durationMs).toBe(10);
    const registered = [sample(80, { step: 'register', isNewVolume: true })];
    expect(expectedDuration(historyOf(registered), { ...question, step: 'register' }).durationMs).toBe(80);
  });
});

describe('the history in a journal', () => {
  const placed = { at: '2026-11-22T00:00:00Z', target, attempt: 1 };
  const plan = { options: { stream } };
  const records: JournalRecord[] = [
    { type: 'publication', version: 1, at: placed.at, plan },
    { ...placed, type: 'outcome', step: 'volume', value: { created: true }, durationMs: 5 },
    { ...placed, type: 'outcome', step: 'unpack', value: {}, durationMs: 6 },
    { ...placed, type: 'outcome', step: 'register', value: {} },
    { ...placed, type: 'failure', step: 'available', code: 'TIMED_OUT', message: '' },
  ];

  it('is every step that finished and was timed', () => {
    expect(samplesOf(records)).toEqual([
      sample(5, { step: 'volume', isNewVolume: true }),
      sample(6, { isNewVolume: true }),
    ]);
  });

  it('is nothing without a plan', () => {
    expect(samplesOf(records.slice(1))).toEqual([]);
    expect(samplesOf([])).toEqual([]);
  });
});

describe('the estimate of a target', () => {
  it('adds the volume and at most as large a snapshot, at the prices of the region', () => {
    const estimate = estimateTarget(historyOf([]), subject());
    expect(estimate).toMatchObject({
      durationBasis: 'assumed',
      addedVolumeGiB: 4,
      addedSnapshotGiBAtMost: 4,
      addedUsdPerMonthAtMost: 0.52,
    });
    // 10 s of unpacking and 10 s of the snapshot's bytes are among what is assumed.
    expect(estimate.durationMs).toBe(118_000);
  });

  it('adds no volume where there is one, and its growth where it is too small', () => {
    expect(estimateTarget(historyOf([]), subject({ volumeAction: 'keep', presentGiB: 8 }))).toMatchObject({
      addedVolumeGiB: 0,
      addedSnapshotGiBAtMost: 8,
      addedUsdPerMonthAtMost: 0.4,
    });
    expect(
      estimateTarget(historyOf([]), subject({ volumeAction: 'grow', presentGiB: 3 })).addedVolumeGiB,
    ).toBe(1);
    expect(
      estimateTarget(historyOf([]), subject({ volumeAction: 'replace', presentGiB: 4 })).addedVolumeGiB,
    ).toBe(0);
  });

  it('knows no price where none is in the table, for storage or for performance', () => {
    expect(
      estimateTarget(historyOf([]), subject({ region: 'mars-north-1' })).addedUsdPerMonthAtMost,
    ).toBeNull();
    const fast = { options: options({ iops: 4_000, throughputMiBps: 225 }) };
    expect(estimateTarget(historyOf([]), subject(fast)).addedUsdPerMonthAtMost).toBe(9.52);
    expect(
      estimateTarget(historyOf([]), subject({ ...fast, region: 'eu-west-1' })).addedUsdPerMonthAtMost,
    ).toBeNull();
  });

  it('adds the start of an unpacker that is stopped', () => {
    const running = estimateTarget(historyOf([]), subject()).durationMs;
    expect(estimateTarget(historyOf([]), subject({ instanceState: 'stopped' })).durationMs).toBe(
      running + 89_000,
    );
    const history = historyOf([sample(2_000, { step: 'unpacker', isNewVolume: true })]);
    expect(estimateTarget(history, subject({ instanceState: 'stopped' })).durationMs).toBe(running + 91_000);
  });
});

describe('the estimate of a plan', () => {
  const one = (durationMs: number, addedUsdPerMonthAtMost: number | null, region = 'us-east-1') => ({
    region,
    estimate: { durationMs, durationBasis: 'stream', addedUsdPerMonthAtMost } as TargetEstimate,
  });

  it('lets as many targets run at once as are allowed', () => {
    const targets = [one(10, 1), one(30, 1), one(20, 1)];
    expect(estimatePlan(targets, 3).durationMs).toBe(30);
    expect(estimatePlan(targets, 2).durationMs).toBe(30);
    expect(estimatePlan(targets, 1).durationMs).toBe(60);
    expect(estimatePlan([], 64).durationMs).toBe(0);
  });

  it('sums what is known, and names what is not', () => {
    expect(estimatePlan([one(1, 0.25), one(1, 0.5), one(1, null, 'mars-north-1')], 64)).toMatchObject({
      addedUsdPerMonthAtMost: 0.75,
      regionsWithoutPrice: ['mars-north-1'],
      durationBasis: 'stream',
    });
  });
});

describe('the price table', () => {
  it('is dated, and has prices that can be', () => {
    expect(Date.parse(ebsPrices.asOf)).not.toBeNaN();
    for (const region of Object.keys(ebsPrices.regions)) {
      const { gp3UsdPerGiBMonth = 0, snapshotUsdPerGiBMonth = 0 } = pricesOf(region) ?? {};
      expect(gp3UsdPerGiBMonth, region).toBeGreaterThanOrEqual(0.08);
      expect(snapshotUsdPerGiBMonth, region).toBeGreaterThanOrEqual(0.05);
    }
  });
});
