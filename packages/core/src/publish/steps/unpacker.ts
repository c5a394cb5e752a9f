import { AmiPublisherError } from '@ami-publisher/base';
import { idOf } from '../../unpacker/instances.js';
import { minuteMs, type PublishStep } from './step-type.js';

/** Finds, wakes and connects the target's unpacker. */
export const connectUnpacker: PublishStep<'unpacker'> = {
  name: 'unpacker',
  title: 'Connect unpacker',
  timeoutMs: 25 * minuteMs,
  ephemeral: { until: 'release' },
  run: async ({ services, signal }) => {
    const { instance } = await services.connect(signal);
    const availabilityZone = instance.Placement?.AvailabilityZone;
    if (availabilityZone !== undefined) return { instanceId: idOf(instance), availabilityZone };
    throw new AmiPublisherError('AWS_UNEXPECTED_ANSWER', {
      message: `ec2:DescribeInstances answered without an availability zone for ${idOf(instance)}`,
      call: 'ec2:DescribeInstances',
      resource: idOf(instance),
    });
  },
};

/** Leases the stream, so that no other publication changes its volume. */
export const acquireLease: PublishStep<'lease'> = {
  name: 'lease',
  title: 'Lease stream',
  timeoutMs: minuteMs,
  ephemeral: { until: 'release' },
  run: async ({ services, signal }) => ({ epoch: (await services.acquireLease(signal)).epoch }),
};
