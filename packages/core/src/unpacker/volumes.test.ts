import type { Volume } from '@aws-sdk/client-ec2';
import { describe, expect, it } from 'vitest';
import type { UnpackerStatus } from './unpacker-client.js';
import { chooseVolume, gibibyte, volumeSizeGiB } from './volumes.js';

const key = 'arn:aws:kms:us-east-1:111111111111:key/1234';
const volume = (id: string, size: number, kmsKey = key): Volume => ({
  VolumeId: id,
  Size: size,
  Encrypted: true,
  KmsKeyId: kmsKey,
});
const status = (devices: readonly (readonly [string, string])[], bound = ''): UnpackerStatus => ({
  version: '1',
  capabilities: [],
  lastUsedAt: new Date(0),
  devices: devices.map(([id, stream]) => ({ id, stream, sizeBytes: 0, present: true })),
  streams: [
    {
      name: 's',
      state: 'IDLE',
      deviceId: bound,
      generation: 0,
      leaf: '',
      manifestDigest: '',
      leasedTo: undefined,
    },
  ],
});
const need = { stream: 's', sizeGiB: 4, kmsKey: undefined };

describe('choosing a volume', () => {
  it("keeps the stream's own if it is large enough", () => {
    const choice = chooseVolume(status([['vol-1', 's']], 'vol-1'), [volume('vol-1', 8)], need);
    expect(choice).toEqual({ action: 'keep', volumeId: 'vol-1', sizeGiB: 8 });
  });

  it("grows the stream's own if it is too small", () => {
    const choice = chooseVolume(status([['vol-1', 's']], 'vol-1'), [volume('vol-1', 2)], need);
    expect(choice).toEqual({ action: 'grow', volumeId: 'vol-1', sizeGiB: 4 });
  });

  it('takes the smallest free one that fits', () => {
    const devices = [
      ['vol-1', ''],
      ['vol-2', ''],
      ['vol-3', ''],
      ['vol-4', 'other'],
    ] as const;
    const volumes = [volume('vol-1', 16), volume('vol-2', 2), volume('vol-3', 6), volume('vol-4', 4)];
    expect(chooseVolume(status(devices), volumes, need)).toEqual({
      action: 'adopt',
      volumeId: 'vol-3',
      sizeGiB: 6,
    });
  });

  it('also asks for the removal of free volumes that the stream has left behind', () => {
    const left = (id: string, tags: Readonly<Record<string, string>>): Volume => ({
      ...volume(id, 8),
      Tags: Object.entries(tags).map(([Key, Value]) => ({ Key: `ami-publisher:${Key}`, Value })),
    });
    const devices = [
      ['vol-1', 's'],
      ['vol-2', ''],
      ['vol-3', ''],
      ['vol-4', ''],
    ] as const;
    const volumes = [
      volume('vol-1', 8),
      left('vol-2', { stream: 's', 'last-publication': 'pub-1' }),
      left('vol-3', { stream: 's' }),
      left('vol-4', { stream: 'other', 'last-publication': 'pub-1' }),
    ];
    const choice = chooseVolume(status(devices, 'vol-1'), volumes, { ...need, kmsKey: 'another' });
    expect(choice).toEqual({ action: 'create', sizeGiB: 4, replaced: ['vol-1', 'vol-2'] });
  });

  it('asks for a new one, and later the removal of the old, when the key is another', () => {
    const choice = chooseVolume(status([['vol-1', 's']], 'vol-1'), [volume('vol-1', 8)], {
      ...need,
      kmsKey: '9999',
    });
    expect(choice).toEqual({ action: 'create', sizeGiB: 4, replaced: ['vol-1'] });
  });

  it('knows a key by its id as well as by its ARN', () => {
    const choice = chooseVolume(status([['vol-1', 's']], 'vol-1'), [volume('vol-1', 8)], {
      ...need,
      kmsKey: '1234',
    });
    expect(choice.action).toBe('keep');
  });

  it('never takes an unencrypted volume', () => {
    const plain: Volume = { VolumeId: 'vol-1', Size: 8, Encrypted: false };
    expect(chooseVolume(status([['vol-1', '']]), [plain], need).action).toBe('create');
  });
});

describe('the size of a volume', () => {
  it.each([
    [4 * gibibyte, 0, 5],
    [0, 0, 1],
    [4 * gibibyte, 3 * gibibyte, 7],
    [gibibyte - 1, 1, 2],
  ])('for %i bytes with %i free is %i GiB', (usage, free, size) => {
    expect(volumeSizeGiB(usage, free)).toBe(size);
  });
});
