import { describe, expect, test } from 'vitest';
import type { CallSite } from './call-log.js';
import { CallLog } from './call-log.js';
import type { FaultRule } from './fault-rule.js';
import { Faults } from './faults.js';

const site = (action: string, account = 'A', region = 'r1'): CallSite => ({ account, region, action });

/** Which of ten calls in a row are hit. */
const hitsOfTen = (rule: FaultRule): number[] => {
  const faults = new Faults();
  faults.add(rule);
  return Array.from({ length: 10 }, (_, index) => index + 1).filter(
    () => faults.strike(site('CreateSnapshot')) !== undefined,
  );
};

describe('A fault rule', () => {
  test.each<[Partial<FaultRule>, number[]]>([
    [{}, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]],
    [{ nth: 3 }, [3]],
    [{ count: 2 }, [1, 2]],
    [{ nth: 4, count: 3 }, [4, 5, 6]],
    [{ action: 'Describe*' }, []],
    [{ action: 'Create*', nth: 10 }, [10]],
    [{ account: 'B' }, []],
    [{ region: 'r2' }, []],
    [{ action: 'unpacker:*' }, []],
    [{ probability: 0 }, []],
  ])('[FAULT-7] With %j hits the calls %j of ten', (rule, hits) => {
    expect(hitsOfTen({ action: '*', kind: 'reset', ...rule } as FaultRule)).toEqual(hits);
  });

  test('[FAULT-7] By probability hits the same calls for the same seed, and others for another', () => {
    const rule = { action: '*', kind: 'reset', probability: 0.5 } as const;
    const hits = hitsOfTen({ ...rule, seed: 1 });
    expect(hitsOfTen({ ...rule, seed: 1 })).toEqual(hits);
    expect(hitsOfTen({ ...rule, seed: 2 })).not.toEqual(hits);
    expect(hits.length).toBeGreaterThan(1);
    expect(hits.length).toBeLessThan(9);
  });

  test('[FAULT-7] For everything leaves the unpackers alone', () => {
    const faults = new Faults();
    faults.add({ action: '*', kind: 'reset' });
    expect(faults.strike(site('unpacker:GetStatus'))).toBeUndefined();
    faults.add({ action: 'unpacker:Get*', kind: 'hang' });
    expect(faults.strike(site('unpacker:GetStatus'))).toMatchObject({ kind: 'hang' });
  });

  test('[FAULT-7] Is listed with what it saw and hit, until it is removed', () => {
    const faults = new Faults();
    const id = faults.add({ action: '*', kind: 'throttle', nth: 2 });
    faults.strike(site('CreateTags'));
    faults.strike(site('CreateTags'));
    faults.strike(site('CreateTags'));
    expect(faults.list()).toMatchObject([{ id, seen: 3, hits: 1, rule: { kind: 'throttle' } }]);
    expect(faults.remove(id)).toBe(true);
    expect(faults.remove(id)).toBe(false);
    expect(faults.list()).toEqual([]);
  });

  test('[FAULT-7] Gives way to one that was added before it, and sees the call nevertheless', () => {
    const faults = new Faults();
    faults.add({ action: 'CreateTags', kind: 'throttle', count: 1 });
    faults.add({ action: '*', kind: 'reset', nth: 2 });
    expect(faults.strike(site('CreateTags'))).toMatchObject({ kind: 'throttle' });
    expect(faults.strike(site('CreateTags'))).toMatchObject({ kind: 'reset' });
  });

  test.each<[object, string]>([
    [{ nth: 0 }, 'nth'],
    [{ count: 1.5 }, 'count'],
    [{ probability: 2 }, 'probability'],
    [{ kind: 'explode' }, 'kind'],
    [{ action: '' }, 'action'],
  ])('[FAULT-7] With %j is refused', (wrong, name) => {
    const rule = { action: '*', kind: 'reset', ...wrong } as FaultRule;
    expect(() => new Faults().add(rule)).toThrow(`\`${name}\``);
  });
});

describe('The log of calls', () => {
  test('[FAULT-9] Remembers the latest calls and counts all', () => {
    const log = new CallLog(3);
    for (let at = 1; at <= 10; at += 1) log.open(site(at % 2 === 0 ? 'CreateTags' : 'DescribeImages'), at);
    expect(log.list().map(({ at }) => at)).toEqual([8, 9, 10]);
    expect(log.list({ action: 'CreateTags' }).map(({ at }) => at)).toEqual([8, 10]);
    expect(log.counts()).toEqual({ CreateTags: 5, DescribeImages: 5 });
    log.clear();
    expect(log.list()).toEqual([]);
    expect(log.count('CreateTags')).toBe(0);
  });
});
