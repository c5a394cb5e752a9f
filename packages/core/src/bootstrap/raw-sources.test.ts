import { describe, expect, it } from 'vitest';
import { nearestVolume, type UnpackerVolume } from './raw-sources.js';

const at = (accountId: string, region: string, partition: 'aws' | 'aws-cn' = 'aws'): UnpackerVolume => ({
  target: { account: accountId, accountId, region, partition },
  instanceId: `i-${region}`,
  volumeId: 'vol-1',
  leaf: '1',
  manifestDigest: 'd',
  sizeBytes: 1,
  image: {},
});
const { target: destination } = at('111111111111', 'us-east-1');
const nearest = (...volumes: UnpackerVolume[]) =>
  nearestVolume({ volumes, refusals: ['there is none'] }, 'base', destination);

describe('the volume that is fetched', () => {
  it('is the nearest, whatever account has it', () => {
    const chosen = nearest(at('111111111111', 'eu-west-1'), at('222222222222', 'us-east-2'));
    expect(chosen.instanceId).toBe('i-us-east-2');
    expect(chosen.distanceKm).toBeGreaterThan(0);
  });

  it('may be in another partition, where no snapshot could be copied from', () => {
    expect(nearest(at('333333333333', 'cn-north-1', 'aws-cn')).instanceId).toBe('i-cn-north-1');
  });

  it('is told to be missing, with the reasons', () => {
    expect(() => nearest()).toThrow('no unpacker has a volume of base that can be fetched; there is none');
  });
});
