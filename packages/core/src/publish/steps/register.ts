import { AmiPublisherError } from '@ami-publisher/base';
import { listRegistered, registerOnce } from '../../amis/register-once.js';
import { imageTimeoutMs, untilAvailable } from '../../amis/until-usable.js';
import { isAwsError } from '../../cloud/aws-error.js';
import { stepValue } from '../../steps/step.js';
import { amiSizeGiB } from '../ami-size.js';
import { registerImageRequest } from '../register.js';
import { minuteMs, type PublishContext, type PublishStep } from './step-type.js';

/** Registers the AMI. Its name is the key: one of that name is adopted only if it is this publication's, of this snapshot. */
export const registerImage: PublishStep<'register'> = {
  name: 'register',
  title: 'Register AMI',
  timeoutMs: 10 * minuteMs,
  run: async (context) => {
    const { services } = context;
    const { plan } = services;
    const { snapshotId } = stepValue(context, 'snapshot');
    const sizeGiB = amiSizeGiB(
      plan.usageBytes,
      plan.options.minFreeBytes,
      stepValue(context, 'grow').sizeGiB,
    );
    const request = registerImageRequest({
      name: plan.amiName,
      snapshotId,
      sizeGiB,
      tags: services.tags('register', plan.options.stream),
      options: plan.options,
    });
    const imageId = await registerOnce(context, { name: plan.amiName, snapshotId, request });
    return { imageId, sizeGiB };
  },
  undo: async (context, value) => {
    for (const { ImageId = '' } of await listRegistered(context, value?.imageId))
      await deregister(context, ImageId);
  },
};

/** Deregisters an AMI; one that is gone is fine. The protection that this publication gave it is taken off, also if that comes late. */
const deregister = async ({ services, signal }: PublishContext, imageId: string): Promise<void> => {
  const { ec2, plan } = services;
  for (let left = 3; ; left--) {
    try {
      await ec2.deregisterImage({ ImageId: imageId }, { signal });
      return;
    } catch (reason) {
      if (reason instanceof AmiPublisherError && reason.code === 'AWS_NOT_FOUND') return;
      if (
        !plan.options.deregistrationProtection ||
        !isAwsError(reason, 'OperationNotPermitted') ||
        left === 1
      )
        throw reason;
      await ec2.disableImageDeregistrationProtection({ ImageId: imageId }, { signal });
    }
  }
};

/** Waits until the AMI can be launched. */
export const awaitImage: PublishStep<'available'> = {
  name: 'available',
  title: 'Await AMI',
  timeoutMs: imageTimeoutMs,
  run: async (context) => {
    const { imageId } = stepValue(context, 'register');
    await untilAvailable(context, imageId);
    return { imageId };
  },
};
