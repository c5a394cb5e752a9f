import { describe, expect, it } from 'vitest';
import { type PublishOptions, resolvePublishOptions } from './options.js';

const now = Date.UTC(2026, 10, 22, 12, 0, 0);
const resolve = (options: Partial<PublishOptions> = {}) =>
  resolvePublishOptions(
    { stream: 's', leaf: 'l', targets: { targets: [], failures: [], notices: [] }, ...options },
    now,
  );

describe('publish options', () => {
  it('[W62] [W63] make a modern AMI that does not expire by default', () => {
    expect(resolve()).toMatchObject({
      architecture: 'x86_64',
      bootMode: 'uefi-preferred',
      enaSupport: true,
      imdsV2Only: true,
      deprecateAt: null,
      kmsKey: null,
    });
    expect(resolve().tags).toEqual({});
  });

  it('turn durations into instants', () => {
    const { tags, deprecateAt } = resolve({ expiresInMs: 3_600_000, deprecateInMs: 86_400_000 });
    expect(tags).toEqual({ ExpiresAt: '2026-11-22 13:00:00' });
    expect(deprecateAt).toBe('2026-11-23T12:00:00.000Z');
  });

  it.each([
    [{ architecture: 'arm' as never }, /expected `architecture` to be one of x86_64, arm64, got "arm"/],
    [{ architecture: 'arm64', bootMode: 'legacy-bios' }, /expected `bootMode` to be uefi for arm64/],
    [{ iops: 10 }, /expected `iops` to be a whole number from 3000 to 80000, got 10/],
    [{ minFreeBytes: -1 }, /`minFreeBytes`/],
    [{ concurrency: 0 }, /`concurrency` to be a whole number from 1 to 4096, got 0/],
    [{ rootDeviceName: 'xvda' }, /`rootDeviceName`/],
    [{ tags: { 'aws:x': '1' } }, /tag "aws:x": keys that begin with aws: are reserved/],
    [{ tags: { 'ami-publisher:stream': '1' } }, /are ours/],
    [{ tags: { k: 'v'.repeat(257) } }, /at most 256 characters/],
  ] as [Partial<PublishOptions>, RegExp][])('refuse %j', (options, message) => {
    expect(() => resolve(options)).toThrow(message);
  });
});
