import type { Volume } from '@aws-sdk/client-ec2';
import { describe, expect, it } from 'vitest';
import type { UnpackerStatus } from './unpacker-client.js';
import {
  chooseVolume,
  deviceFacts,
  fixedVolumes,
  gibibyte,
  type VolumeFacts,
  volumeFacts,
  volumeSizeGiB,
} from './volumes.js';

const key = 'arn:aws:kms:us-east-1:111111111111:key/1234';
const volume = (volumeId: string, sizeGiB: number): VolumeFacts => ({ volumeId, sizeGiB, kmsKeys: [key] });
const status = (devices: readonly (readonly [string, string])[], bound = ''): UnpackerStatus => ({
  version: '1',
  capabilities: [],
  lastUsedAt: new Date(0),
  devices: devices.map(([id, stream]) => ({ id, stream, sizeBytes: 0, present: true, kmsKeys: [] })),
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

  it("[U26] [W59] grows the stream's own if it is too small", () => {
    const choice = chooseVolume(status([['vol-1', 's']], 'vol-1'), [volume('vol-1', 2)], need);
    expect(choice).toEqual({ action: 'grow', volumeId: 'vol-1', sizeGiB: 4 });
  });

  it("replaces the stream's own if it is too small and the unpacker cannot follow its growth", () => {
    const fixed = { ...status([['vol-1', 's']], 'vol-1'), capabilities: [fixedVolumes] };
    const replaced = { action: 'create', sizeGiB: 4, replaced: ['vol-1'] };
    expect(chooseVolume(fixed, [volume('vol-1', 2)], need)).toEqual(replaced);
    expect(chooseVolume(fixed, [volume('vol-1', 4)], need)).toMatchObject({ action: 'keep' });
  });

  it('[U21] [W41] [W59] takes the smallest free one that fits', () => {
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

  it('[W59] asks for a new one, and later the removal of the old, when the key is another', () => {
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
    const plain = { ...volume('vol-1', 8), kmsKeys: [] };
    expect(chooseVolume(status([['vol-1', '']]), [plain], need).action).toBe('create');
  });
});

describe('the facts of a volume', () => {
  const encrypted: Volume = { VolumeId: 'vol-1', Size: 8, Encrypted: true, KmsKeyId: key };
  const device = { id: 'vol-1', stream: 's', sizeBytes: 8 * gibibyte, present: true, kmsKeys: [key] };

  it('come from EC2 with every name of the key', () => {
    const Tags = [{ Key: 'ami-publisher:kms-key', Value: 'alias/images' }];
    expect(volumeFacts({ ...encrypted, Tags })).toEqual({
      ...{ volumeId: 'vol-1', sizeGiB: 8 },
      kmsKeys: [key, 'alias/images'],
    });
    expect(volumeFacts({ ...encrypted, Encrypted: false }).kmsKeys).toEqual([]);
  });

  it('come from the unpacker if it has the volume and was told the key', () => {
    expect(deviceFacts(device)).toEqual(volumeFacts(encrypted));
    expect(deviceFacts({ ...device, kmsKeys: [] })).toBeUndefined();
    expect(deviceFacts({ ...device, present: false })).toBeUndefined();
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
