import { AmiPublisherError } from '@ami-publisher/base';
import type { Image } from '@aws-sdk/client-ec2';
import type { Ec2Api } from '../cloud/ec2-api.js';
import { imageOfId } from '../instances/launch-image.js';
import type { PlanContext } from '../operations/command.js';
import type { Target } from '../target/target.js';

/** Public parameter of AWS with the newest Amazon Linux 2023 of each region (Amazon Linux 2023 user guide, "Launching using SSM"). */
const defaultCopierImage = '/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64';

/** The AMI that copiers are launched of. @throws `AWS_NOT_FOUND`, `INVALID_OPTION` */
export const copierImage = async (
  { cloud, signal }: PlanContext,
  target: Target,
  ec2: Ec2Api,
  named: string = defaultCopierImage,
): Promise<Image> => {
  if (named === '')
    throw new AmiPublisherError('INVALID_OPTION', { message: 'the image of the copier is empty' });
  if (named.startsWith('ami-')) return imageOfId(ec2, named, { signal });
  const ssm = await cloud.ssm(target);
  const { Parameters = [] } = await ssm.getParameters([named], { signal });
  const id = Parameters.find(({ Name }) => Name === named)?.Value;
  if (id !== undefined) return imageOfId(ec2, id, { signal });
  throw new AmiPublisherError('AWS_NOT_FOUND', {
    message: `there is no parameter ${named}`,
    call: 'ssm:GetParameters',
    resource: named,
    remedy: 'name an AMI with --copier-image, by its id or another parameter',
  });
};
