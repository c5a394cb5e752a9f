import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Duration, sampleMs } from './duration.js';
import { LatencySampler, readLatencyFile, resolveLatency } from './latency.js';
import { seededRandom } from './random.js';

const samples = (duration: Duration, seed = 1): number[] => {
  const random = seededRandom(seed);
  return Array.from({ length: 2001 }, () => sampleMs(duration, random)).sort((a, b) => a - b);
};

describe('A distribution of times', () => {
  test('[TIME-1] Lognormal has its median, and the spread that sigma says', () => {
    const times = samples({ kind: 'lognormal', medianMs: 1000, sigma: 0.5 });
    expect(times[1000]).toBeGreaterThan(930);
    expect(times[1000]).toBeLessThan(1070);
    // 84.1 % are below the median times e^sigma.
    expect(times[1683]! / times[1000]!).toBeGreaterThan(Math.exp(0.5) * 0.9);
    expect(times[1683]! / times[1000]!).toBeLessThan(Math.exp(0.5) * 1.1);
  });

  test('[TIME-1] Uniform stays within its bounds and fills them', () => {
    const times = samples({ kind: 'uniform', minMs: 100, maxMs: 200 });
    expect(times[0]).toBeGreaterThanOrEqual(100);
    expect(times[0]).toBeLessThan(101);
    expect(times.at(-1)).toBeLessThan(200);
    expect(times[1000]).toBeCloseTo(150, -1);
  });

  test('[TIME-1] The same seed gives the same times, whatever else is asked for in between', () => {
    const latency = resolveLatency({
      createVolumeMs: { kind: 'uniform', minMs: 0, maxMs: 1 },
      apiMs: { kind: 'uniform', minMs: 0, maxMs: 1 },
    });
    const one = new LatencySampler(latency, 'seed');
    const other = new LatencySampler(latency, 'seed');
    const times = [one.next('createVolumeMs'), one.next('createVolumeMs')];
    other.next('apiMs');
    expect([other.next('createVolumeMs'), other.next('createVolumeMs')]).toEqual(times);
    expect(new LatencySampler(latency, 'another').next('createVolumeMs')).not.toBe(times[0]);
  });

  test.each<[object, string]>([
    [{ createVolumeMs: -1 }, 'latency.createVolumeMs'],
    [{ createVolumeMs: { kind: 'uniform', minMs: 2, maxMs: 1 } }, 'latency.createVolumeMs'],
    [{ createVolumeMs: { kind: 'lognormal', medianMs: 1 } }, 'latency.createVolumeMs'],
    [{ createVolumeMs: { kind: 'normal' } }, 'latency.createVolumeMs'],
    [{ createVolumeMs: null }, 'latency.createVolumeMs'],
    [{ makeVolumeMs: 1 }, 'makeVolumeMs'],
  ])('[TIME-1] %j is refused', (latency, name) => {
    expect(() => resolveLatency(latency)).toThrow(name);
  });
});

describe('A latency file', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'latency-'));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  const fileWith = (text: string): string => {
    const path = join(directory, 'latency.json');
    writeFileSync(path, text);
    return path;
  };

  test('[TIME-2] Holds times and distributions', async () => {
    const latency = { apiMs: 80, completeSnapshotMs: { kind: 'lognormal', medianMs: 90_000, sigma: 0.4 } };
    expect(await readLatencyFile(fileWith(JSON.stringify(latency)))).toEqual(latency);
  });

  test.each(['{', '[]', '1', '{"apiMs":"80"}', '{"nonsense":1}'])(
    '[TIME-2] With %s is refused',
    async (text) => {
      const path = fileWith(text);
      await expect(readLatencyFile(path)).rejects.toMatchObject({ code: 'INVALID_OPTION' });
    },
  );

  test('[TIME-2] That is not there is refused by name', async () => {
    const path = join(directory, 'absent.json');
    await expect(readLatencyFile(path)).rejects.toMatchObject({ code: 'INVALID_OPTION', resource: path });
  });
});
