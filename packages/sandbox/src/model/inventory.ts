import type * as ec2 from '@aws-sdk/client-ec2';
import type { Ec2Context } from '../ec2/handler.js';
import { ec2Handlers } from '../ec2/handlers.js';

/** What an account has in a region. */
export interface Inventory {
  readonly images: readonly ec2.Image[];
  readonly instances: readonly ec2.Instance[];
  readonly snapshots: readonly ec2.Snapshot[];
  readonly volumes: readonly ec2.Volume[];
}

/** Everything, oldest first, as the Describe calls show it. */
export const inventoryOf = async (context: Ec2Context): Promise<Inventory> => {
  const [images, instances, snapshots, volumes] = await Promise.all([
    ec2Handlers.DescribeImages(context, { Owners: ['self'] }),
    ec2Handlers.DescribeInstances(context, {}),
    ec2Handlers.DescribeSnapshots(context, { OwnerIds: ['self'] }),
    ec2Handlers.DescribeVolumes(context, {}),
  ]);
  return {
    images: images.Images ?? [],
    instances: (instances.Reservations ?? []).flatMap(({ Instances }) => Instances ?? []),
    snapshots: snapshots.Snapshots ?? [],
    volumes: volumes.Volumes ?? [],
  };
};
