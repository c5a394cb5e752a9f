import type { SandboxCloud } from '@ami-publisher/sandbox';

/** Where an AMI is. */
export interface PlacedAmi {
  readonly image: string;
  readonly accountId: string;
  readonly region: string;
}

/** The snapshot that an AMI's disk is made of; empty if there is no such AMI. */
export const snapshotOf = async (
  { model }: SandboxCloud,
  { image, accountId, region }: PlacedAmi,
): Promise<string> => {
  const { images } = await model.inventory(accountId, region);
  const found = images.find(({ ImageId }) => ImageId === image);
  return found?.BlockDeviceMappings?.[0]?.Ebs?.SnapshotId ?? '';
};
