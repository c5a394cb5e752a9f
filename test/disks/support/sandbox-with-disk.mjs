// A sandbox with an attached disk, whose path it prints; it goes on until it is killed.

import { readdirSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { startSandbox } from '@ami-publisher/sandbox';
import {
  AttachVolumeCommand,
  CreateVolumeCommand,
  DescribeVolumesCommand,
  EC2Client,
} from '@aws-sdk/client-ec2';

const [directory] = process.argv.slice(2);
const sandbox = await startSandbox({ volumes: 'block', directory });
const [account] = sandbox.accounts;
const [region] = sandbox.regions;
const ec2 = new EC2Client({ endpoint: sandbox.endpoint, region, credentials: account });
const InstanceId = await sandbox.addInstance({ account: account.id, region, name: 'machine' });
const { VolumeId } = await ec2.send(new CreateVolumeCommand({ AvailabilityZone: `${region}a`, Size: 1 }));

const until = async (isThere) => {
  for (;;) {
    const { Volumes } = await ec2.send(new DescribeVolumesCommand({ VolumeIds: [VolumeId] }));
    if (isThere(Volumes[0])) return;
  }
};
await until(({ State }) => State === 'available');
await ec2.send(new AttachVolumeCommand({ InstanceId, VolumeId, Device: '/dev/sdf' }));
await until(({ Attachments }) => Attachments[0]?.State === 'attached');
const devices = join(sandbox.instanceDirectory(InstanceId), 'devices');
console.log(readlinkSync(join(devices, readdirSync(devices)[0])));
