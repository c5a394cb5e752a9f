import { describe, expect, it, vi } from 'vitest';
import { failuresOf } from './failures.js';
import { toGoJson } from './go-json.js';
import { formatAge, instances, published, streamNames, unpackers } from './old-results.js';

const place = { account: 'prod', region: 'us-east-1' };

describe('results in the shape of the reference', () => {
  it('are indented by four, and have no character that a web page would take for its own', () => {
    expect(toGoJson([{ Error: 'a <b> & "c"\u2028' }])).toBe(
      '[\n    {\n        "Error": "a \\u003cb\\u003e \\u0026 \\"c\\"\\u2028"\n    }\n]\n',
    );
    expect(toGoJson([])).toBe('[]\n');
  });

  it('of a publication leave out targets without an unpacker, and keep those that had the AMI', () => {
    const targets = [
      { ...place, status: 'published', imageId: 'ami-1', snapshotId: 'snap-1', sizeGiB: 4 },
      { ...place, status: 'skipped', reason: 'no unpacker' },
      { ...place, status: 'skipped', imageId: 'ami-2', reason: 'has it' },
      { ...place, status: 'failed', snapshotId: 'snap-3', message: 'denied' },
    ];
    expect(published({ targets })).toEqual([
      { AccountName: 'prod', Region: 'us-east-1', SnapshotId: 'snap-1', AmiId: 'ami-1', Size: 4 },
      { AccountName: 'prod', Region: 'us-east-1', AmiId: 'ami-2' },
      { AccountName: 'prod', Region: 'us-east-1', SnapshotId: 'snap-3', Error: 'denied' },
    ]);
  });

  it('are the names of streams, each once, in the order of versions', () => {
    const rows = ['b/10', 'b/9', 'a', 'b/9', 'b/9a', 'b'].map((stream) => ({ ...place, stream }));
    expect(streamNames([...rows, { ...place, error: 'denied' }])).toEqual(['a', 'b', 'b/9', 'b/9a', 'b/10']);
  });

  it('are unpackers by target, without targets that have none', () => {
    vi.useFakeTimers({ now: Date.parse('2026-11-23T10:00:00Z') });
    const row = { ...place, instanceId: 'i-1', state: 'running', privateIp: '10.0.0.1' };
    expect(
      unpackers([
        { ...row, lastUsedAt: '2026-11-23T09:58:57Z' },
        { ...place, instanceId: 'i-2', state: 'stopped' },
        { account: 'dev', region: 'us-east-1', error: 'denied' },
      ]),
    ).toEqual([
      {
        AccountName: 'prod',
        Region: 'us-east-1',
        Unpackers: [
          { InstanceId: 'i-1', IpAddress: '10.0.0.1', State: 'running', TimeSinceLastUsed: '1m3s' },
          { InstanceId: 'i-2', IpAddress: '', State: 'stopped' },
        ],
      },
    ]);
    vi.useRealTimers();
  });

  it('are instances, with the target where there is none, and the error where one failed', () => {
    const done = { value: { instanceId: 'i-1', privateIp: '10.0.0.1' } };
    const targets = [
      { ...place, changes: [done, { message: 'no room' }] },
      { ...place, changes: [] },
      { ...place, changes: [], message: 'denied' },
    ];
    const common = { AccountName: 'prod', Region: 'us-east-1' };
    expect(instances({ targets })).toEqual([
      { ...common, InstanceId: 'i-1', PrivateIp: '10.0.0.1' },
      { ...common, Error: 'no room' },
      common,
      { ...common, Error: 'denied' },
    ]);
  });

  it.each([
    [-5, '0ms'],
    [812, '812ms'],
    [4_212, '4.21s'],
    [59_999, '60s'],
    [63_000, '1m3s'],
    [3_723_000, '1h2m3s'],
    [183_605_000, '2d3h0m5s'],
  ])('have an age of %d ms as %s', (ms, text) => {
    expect(formatAge(ms)).toBe(text);
  });
});

describe('failures', () => {
  it('are told of rows, of targets and of changes', () => {
    expect(
      failuresOf([
        { ...place, error: 'denied' },
        { ...place, stream: 's' },
      ]),
    ).toEqual(['prod: us-east-1: denied']);
    const changes = [{ message: 'no' }, {}];
    expect(
      failuresOf({
        targets: [
          { ...place, message: 'gone' },
          { ...place, changes },
        ],
      }),
    ).toEqual(['prod: us-east-1: gone', 'prod: us-east-1: no']);
    expect(failuresOf({ images: [], failures: [{ ...place, message: 'lost' }] })).toEqual([
      'prod: us-east-1: lost',
    ]);
    expect(failuresOf(undefined)).toEqual([]);
  });
});
