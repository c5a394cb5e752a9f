import { describe, expect, it } from 'vitest';
import type { OperationRecord } from '../state/model.js';
import { Pace } from './pace.js';

const record = (phase: string, bytesDone: number): OperationRecord => ({
  ...{ id: 'u1', call: 'UnpackImage', request: '', state: 'RUNNING', startedAt: '2026-01-01T00:00:00Z' },
  ...{ phase, filesDone: 0, filesTotal: 0, bytesDone, bytesTotal: 1_000 },
});

describe('the pace of an operation', () => {
  it('is that of its phase', () => {
    const pace = new Pace();
    pace.observe([record('fetch', 0)], 0);
    pace.observe([record('update', 200)], 10_000);
    pace.observe([record('update', 300)], 11_000);
    expect(pace.estimate(record('update', 400), 12_000)).toEqual({ bytesPerSecond: 100, remainingMs: 6_000 });
  });

  it('is not known at the beginning, nor of an operation that has ended', () => {
    const pace = new Pace();
    pace.observe([record('fetch', 0)], 0);
    expect(pace.estimate(record('fetch', 100), 999)).toBeUndefined();
    expect(pace.estimate(record('fetch', 0), 5_000)).toEqual({ bytesPerSecond: 0, remainingMs: undefined });
    pace.observe([], 6_000);
    expect(pace.estimate(record('fetch', 100), 7_000)).toBeUndefined();
  });
});
