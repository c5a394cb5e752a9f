import { AmiPublisherError } from '@ami-publisher/base';
import type { Image } from '@aws-sdk/client-ec2';
import { isAwsError, noId } from '../../cloud/aws-error.js';
import { describeImages } from '../../cloud/describe.js';
import { escapeFilterValue, fromTagList, tagFilter, tagKeys } from '../../cloud/tags.js';
import { listSettled, sendOnce } from '../../steps/send-once.js';
import { stepValue } from '../../steps/step.js';
import { formatTarget } from '../../target/target.js';
import { amiSizeGiB } from '../ami-size.js';
import { registerImageRequest } from '../register.js';
import { minuteMs, type PublishContext, type PublishStep } from './step-type.js';

const registerCall = 'ec2:RegisterImage';

/** Registers the AMI. Its name is the key: one of that name is adopted only if it is this publication's, of this snapshot. */
export const registerImage: PublishStep<'register'> = {
  name: 'register',
  title: 'Register AMI',
  timeoutMs: 10 * minuteMs,
  run: async (context) => {
    const { services, signal } = context;
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
    const image = await sendOnce<Image, typeof services, typeof context.values>(context, {
      call: registerCall,
      request: { name: plan.amiName, snapshotId },
      find: () => ownImage(context, snapshotId),
      send: async () => {
        try {
          return await services.ec2.registerImage(request, { signal });
        } catch (reason) {
          if (!(reason instanceof AmiPublisherError) || reason.code !== 'AMI_NAME_TAKEN') throw reason;
          const own = await ownImage(context, snapshotId);
          if (own !== undefined) return own;
          throw reason;
        }
      },
    });
    if (image.ImageId === undefined) throw noId('ec2:RegisterImage', 'AMI');
    return { imageId: image.ImageId, sizeGiB };
  },
  undo: async (context, value) => {
    const { services, signal, publicationId } = context;
    const made = await listSettled(context, registerCall, value?.imageId, {
      list: () => describeImages(services.ec2, [tagFilter(tagKeys.publication, publicationId)], { signal }),
      idOf: ({ ImageId }) => ImageId,
    });
    for (const { ImageId = '' } of made) await deregister(context, ImageId);
  },
};

const ownImage = async (
  { services, publicationId, signal }: PublishContext,
  snapshotId: string,
): Promise<Image | undefined> => {
  const filters = [{ Name: 'name', Values: [escapeFilterValue(services.plan.amiName)] }];
  const images = await describeImages(services.ec2, filters, { signal });
  return images.find(
    (image) =>
      fromTagList(image.Tags)[tagKeys.publication] === publicationId &&
      image.BlockDeviceMappings?.some((mapping) => mapping.Ebs?.SnapshotId === snapshotId),
  );
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
  timeoutMs: 30 * minuteMs,
  run: async (context) => {
    const { services, signal } = context;
    const { imageId } = stepValue(context, 'register');
    await services.poller.wait('image', imageId, {
      until: (image) => image.State === 'available' || failedImage(image, formatTarget(context.target)),
      wanted: 'available',
      timeoutMs: awaitImage.timeoutMs,
      signal,
    });
    return { imageId };
  },
};

const failedImage = (image: Image, target: string): false => {
  if (image.State === undefined || ['pending', 'transient'].includes(image.State)) return false;
  throw new AmiPublisherError('RESOURCE_FAILED', {
    message: `AMI ${image.ImageId} became ${image.State}: ${image.StateReason?.Message ?? 'no reason given'}`,
    target,
    resource: image.ImageId ?? '',
    remedy: 'roll the publication back and publish again',
  });
};
