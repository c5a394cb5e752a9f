import { VirtualClock } from '@ami-publisher/base';
import { describe, expect, test } from 'vitest';
import { CloudModel } from './cloud-model.js';
import type { InstanceHosts, VolumeStorage } from './ports.js';

/** A cloud without disks and machines. */
const storage: VolumeStorage = {
  createVolume: async () => {},
  resizeVolume: async () => {},
  deleteVolume: async () => {},
  createSnapshot: async () => undefined,
  copySnapshot: async () => {},
  deleteSnapshot: async () => {},
  attach: async () => '',
  detach: async () => {},
  close: async () => {},
  volumePath: () => '/nowhere',
  snapshotPath: () => '/nowhere',
};
const hosts: InstanceHosts = {
  console: async () => '',
  create: async () => '127.0.0.1',
  attach: async () => {},
  detach: async () => {},
  start: async () => {},
  runCommand: async () => ({ exitCode: 0, timedOut: false, stdout: '', stderr: '' }),
  stop: async () => {},
  openPublicAddress: async () => '198.18.0.1',
  closePublicAddress: async () => {},
};

describe('The cloud model', () => {
  test('Lives in virtual time, without files and sockets', async () => {
    const clock = new VirtualClock();
    const accounts = [{ id: '111111111111', name: 'one' }];
    const model = new CloudModel({
      accounts,
      regions: ['us-east-1'],
      storage,
      hosts,
      clock,
      latency: { createVolumeMs: 60_000 },
    });
    const { identity } = model.keyring.addUser('111111111111', 'user');
    const call = { AvailabilityZone: 'us-east-1a', Size: 1 };
    const { VolumeId } = await model.ec2(identity, 'us-east-1', 'CreateVolume', call);
    const state = async () => {
      const { Volumes } = await model.ec2(identity, 'us-east-1', 'DescribeVolumes', {
        VolumeIds: [VolumeId!],
      });
      return Volumes![0]!.State;
    };
    await clock.advance(59_999);
    expect(await state()).toBe('creating');
    await clock.advance(1);
    expect(await state()).toBe('available');
  });
});
