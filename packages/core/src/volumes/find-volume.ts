import { AmiPublisherError } from '@ami-publisher/base';
import type { Volume } from '@aws-sdk/client-ec2';
import { describeVolumes } from '../cloud/describe.js';
import { formatTarget } from '../target/target.js';
import type { VolumeContext } from './volume-context.js';

type Looking = Pick<VolumeContext, 'services' | 'signal' | 'target'>;

/** The volume, unless it is gone or about to be. */
export const findVolume = async (
  { services, signal }: Looking,
  volumeId: string,
): Promise<Volume | undefined> => {
  const [volume] = await describeVolumes(services.ec2, [{ Name: 'volume-id', Values: [volumeId] }], {
    signal,
  });
  return volume?.State === 'deleting' || volume?.State === 'deleted' ? undefined : volume;
};

/** @throws `AWS_NOT_FOUND` */
export const describeVolume = async (context: Looking, volumeId: string): Promise<Volume> => {
  const volume = await findVolume(context, volumeId);
  if (volume !== undefined) return volume;
  throw new AmiPublisherError('AWS_NOT_FOUND', {
    message: `ec2:DescribeVolumes: the volume ${volumeId} does not exist`,
    target: formatTarget(context.target),
    call: 'ec2:DescribeVolumes',
    resource: volumeId,
    remedy: 'take back what was begun with it, and begin again, which makes a new volume',
  });
};
