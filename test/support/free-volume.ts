import { tagKeys } from '@ami-publisher/core';
import { createUnpackerClient, readClientTls } from '@ami-publisher/protocol';
import {
  AttachVolumeCommand,
  CreateVolumeCommand,
  DeleteVolumeCommand,
  DescribeVolumesCommand,
  DetachVolumeCommand,
  EC2Client,
} from '@aws-sdk/client-ec2';
import { vi } from 'vitest';
import type { World } from './world.js';

/** The last name that a publisher would take: volumes of streams may have any. */
const device = '/dev/xvdzz';
const patience = { timeout: 30_000, interval: 200 };

/** A volume on an unpacker that belongs to no stream. */
export interface FreeVolume {
  /** Takes it from the unpacker and deletes it, whatever it holds by now. */
  remove(): Promise<void>;
}

/** Gives the first unpacker of a target, which runs, a volume of 1 GiB that an operator claims, tagged as docs/iam.md asks. */
export const addFreeVolume = async (
  { sandbox }: World,
  accountId: string,
  region: string,
): Promise<FreeVolume> => {
  const operator = sandbox.model.keyring.addUser(accountId, 'operator-of-volumes');
  const { accessKeyId, secretAccessKey } = operator;
  const ec2 = new EC2Client({
    endpoint: sandbox.endpoint,
    region,
    credentials: { accessKeyId, secretAccessKey },
  });
  const { instances } = await sandbox.model.inventory(accountId, region);
  const { InstanceId, PrivateIpAddress, Placement } =
    instances.find(({ State }) => State?.Name === 'running') ?? {};
  const { VolumeId = '' } = await ec2.send(
    new CreateVolumeCommand({
      ...{ AvailabilityZone: Placement?.AvailabilityZone, Size: 1, Encrypted: true },
      TagSpecifications: [{ ResourceType: 'volume', Tags: [{ Key: tagKeys.stream, Value: 'free' }] }],
    }),
  );
  const attach = () => ec2.send(new AttachVolumeCommand({ InstanceId, VolumeId, Device: device }));
  await vi.waitFor(attach, patience);
  const directory = sandbox.certificatesDirectory ?? '';
  const tls = readClientTls({ directory, roles: ['operator'], now: Date.now() });
  const unpacker = createUnpackerClient({ address: `${PrivateIpAddress}:6974`, tls });
  await vi.waitFor(() => unpacker.claimDevice({ deviceId: VolumeId }), patience);
  const Filters = [{ Name: 'volume-id', Values: [VolumeId] }];
  await vi.waitFor(async () => {
    const { Volumes = [] } = await ec2.send(new DescribeVolumesCommand({ Filters }));
    if (Volumes.length === 0) throw new Error(`${VolumeId} is not listed yet`);
  }, patience);
  return {
    remove: async () => {
      await unpacker.removeDevice({ deviceId: VolumeId, force: true });
      await ec2.send(new DetachVolumeCommand({ VolumeId }));
      // It can be deleted when the instance, and the device name, have let go of it.
      await vi.waitFor(() => ec2.send(new DeleteVolumeCommand({ VolumeId })), patience);
      unpacker.close();
      ec2.destroy();
    },
  };
};
