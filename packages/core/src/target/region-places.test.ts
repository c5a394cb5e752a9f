import { describe, expect, it } from 'vitest';
import { distanceKm } from './region-places.js';

const nearest = (region: string, among: readonly string[]): string | undefined =>
  [...among].sort((a, b) => distanceKm(region, a) - distanceKm(region, b))[0];

describe('the distance between regions', () => {
  it.each([
    ['eu-west-1', ['us-west-1', 'eu-central-1'], 'eu-central-1'],
    ['ap-south-1', ['af-south-1', 'ap-southeast-1'], 'ap-southeast-1'],
    ['sa-east-1', ['eu-west-1', 'us-east-1', 'af-south-1'], 'af-south-1'],
    ['ap-northeast-1', ['us-west-2', 'ap-southeast-2', 'ap-northeast-3'], 'ap-northeast-3'],
    ['us-gov-east-1', ['us-gov-west-1', 'us-east-2'], 'us-east-2'],
  ])('has the nearest to %s among %j', (region, among, expected) => {
    expect(nearest(region, among)).toBe(expected);
  });

  it('is about what maps say, and the same both ways', () => {
    expect(distanceKm('eu-west-1', 'us-east-1')).toBeGreaterThan(5_300);
    expect(distanceKm('eu-west-1', 'us-east-1')).toBeLessThan(5_600);
    expect(distanceKm('us-east-1', 'eu-west-1')).toBe(distanceKm('eu-west-1', 'us-east-1'));
    expect(distanceKm('ap-southeast-6', 'us-west-1')).toBeLessThan(11_000);
  });

  it('is nothing within a region, and small between regions of one city', () => {
    expect(distanceKm('eu-west-1', 'eu-west-1')).toBe(0);
    expect(distanceKm('qq-moon-1', 'qq-moon-1')).toBe(0);
    expect(distanceKm('eu-central-1', 'eu-central-2')).toBeLessThan(400);
  });

  it('takes a region that is not known yet to be where its neighbours by name are', () => {
    expect(distanceKm('eu-central-9', 'eu-west-3')).toBe(distanceKm('eu-central-1', 'eu-west-3'));
    expect(nearest('ap-nowhere-1', ['us-east-1', 'ap-east-1'])).toBe('ap-east-1');
    expect(nearest('ca-east-1', ['eu-west-1', 'ca-central-1'])).toBe('ca-central-1');
  });

  it('has a region of a continent that is not known as far as can be from all others', () => {
    expect(distanceKm('qq-moon-1', 'eu-west-1')).toBe(20_016);
  });
});
