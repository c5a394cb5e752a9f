import { describe, expect, it } from 'vitest';
import { deletedImages, listedImages, unusedImages, usedImages } from './old-images.js';

const place = { account: 'prod', region: 'us-east-1' };
const image = {
  ...place,
  imageId: 'ami-1',
  name: 'base/debian/1',
  createdAt: '2026-11-22T10:00:00.000Z',
  description: 'base/debian/1',
  sizeGiB: 4,
  tags: { Preferred: 'true' },
};
const oldImage = {
  AccountName: 'prod',
  Region: 'us-east-1',
  AmiId: 'ami-1',
  AmiName: 'base/debian/1',
  CreationDate: '2026-11-22T10:00:00.000Z',
  Description: 'base/debian/1',
  Size: 4,
  Tags: { Preferred: 'true' },
};
const instance = {
  ...place,
  imageId: 'ami-1',
  instanceId: 'i-1',
  launchedAt: '2024-03-05T11:22:33Z',
  tags: { Name: 'web' },
};
const oldInstance = {
  AccountName: 'prod',
  Region: 'us-east-1',
  AmiId: 'ami-1',
  InstanceId: 'i-1',
  LaunchTime: '05 Mar 2024 11:22:33 UTC',
  Tags: { Name: 'web' },
};

describe('images in the shape of the reference', () => {
  it('are listed with every field, and without targets that failed', () => {
    expect(listedImages([image, { ...place, error: 'denied' }])).toEqual([oldImage]);
  });

  it('are null where there are none', () => {
    expect(listedImages([])).toBeNull();
    expect(usedImages({ images: [], instances: [] })).toEqual({ UsedImages: null, UsingInstances: null });
  });

  it('that are used come with the instances that use them', () => {
    expect(usedImages({ images: [image], instances: [instance] })).toEqual({
      UsedImages: [oldImage],
      UsingInstances: [oldInstance],
    });
  });

  it('that are unused leave out what a rule keeps', () => {
    const images = [
      { ...image, verdict: 'unused' },
      { ...image, verdict: 'kept' },
    ];
    expect(unusedImages({ images, instances: [instance] })).toEqual({
      UnusedImages: [oldImage],
      OldInstances: [oldInstance],
    });
  });

  it('that were deleted are told by their ids', () => {
    const changes = [
      { resource: 'ami-1', status: 'done' },
      { resource: 'ami-2', status: 'failed' },
      { resource: 'snap-1', status: 'done' },
    ];
    expect(deletedImages({ targets: [{ ...place, changes }] })).toEqual({
      UnusedImages: [{ AccountName: 'prod', Region: 'us-east-1', AmiId: 'ami-1' }],
      OldInstances: null,
    });
  });
});
