import { AmiPublisherError } from '@ami-publisher/base';
import { sendOnce } from '../../steps/send-once.js';
import { stepValue } from '../../steps/step.js';
import { gibibyte } from '../../unpacker/volumes.js';
import { describeVolume } from '../../volumes/find-volume.js';
import { minuteMs, type PublishStep } from './step-type.js';

/** Makes a volume that has become too small larger, in place. */
export const growVolume: PublishStep<'grow'> = {
  name: 'grow',
  title: 'Grow volume',
  timeoutMs: 15 * minuteMs,
  run: async (context) => {
    const { services, signal } = context;
    const { volumeId, sizeGiB, tooSmall } = stepValue(context, 'volume');
    if (!tooSmall) return { sizeGiB };
    const isGrown = async () => ((await describeVolume(context, volumeId)).Size ?? 0) >= sizeGiB;
    if (await isGrown()) return { sizeGiB };
    await sendOnce(context, {
      call: 'ec2:ModifyVolume',
      request: { volumeId, size: sizeGiB },
      find: async () => ((await isGrown()) ? {} : undefined),
      send: () => services.ec2.modifyVolume({ VolumeId: volumeId, Size: sizeGiB }, { signal }),
    });
    for (;;) {
      const { VolumesModifications } = await services.ec2.describeVolumesModifications(
        { VolumeIds: [volumeId] },
        { signal },
      );
      const state = VolumesModifications?.[0]?.ModificationState;
      // The new size can be used from `optimizing` on (Amazon EBS user guide, "Monitor the progress of volume modifications").
      if (state === undefined || state === 'optimizing' || state === 'completed') break;
      if (state === 'failed') throw growthFailed(volumeId, VolumesModifications?.[0]?.StatusMessage);
      await context.clock.sleep(1_000, signal);
    }
    await services.unpacker.client.growDevice(volumeId, sizeGiB * gibibyte, services.lease, { signal });
    return { sizeGiB };
  },
};

const growthFailed = (volumeId: string, why: string | undefined): AmiPublisherError =>
  new AmiPublisherError('RESOURCE_FAILED', {
    message: `ec2:ModifyVolume of ${volumeId} failed: ${why ?? 'no reason given'}`,
    call: 'ec2:ModifyVolume',
    resource: volumeId,
    remedy: 'a volume can be modified once in six hours; publish again later',
  });
