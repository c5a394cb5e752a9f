import { describe, expect, test } from 'vitest';
import { worldOf, zoneIdsOf, zonesOf } from './world.js';

describe('The world', () => {
  test.each([
    ['us-east-1', 'use1-az1'],
    ['us-west-2', 'usw2-az1'],
    ['eu-central-1', 'euc1-az1'],
    ['ap-southeast-2', 'apse2-az1'],
    ['ap-northeast-1', 'apne1-az1'],
    ['ca-central-1', 'cac1-az1'],
  ])('The first zone of %s has the id %s', (region, id) => {
    expect(zoneIdsOf(region)[0]).toBe(id);
  });

  test('Zones are named after their region', () => {
    expect(zonesOf('eu-west-1')).toEqual(['eu-west-1a', 'eu-west-1b', 'eu-west-1c']);
  });

  test('An opt-in region that the sandbox was started with exists once', () => {
    expect(worldOf(['me-south-1']).filter(({ name }) => name === 'me-south-1')).toEqual([
      { name: 'me-south-1', optIn: true },
    ]);
  });
});
