import { AmiPublisherError } from '@ami-publisher/base';
import type { Volume } from '@aws-sdk/client-ec2';
import { awsCode } from '../cloud/aws-error.js';
import { minuteMs } from '../steps/step.js';
import { findVolume } from './find-volume.js';
import type { VolumeContext } from './volume-context.js';

/** How often a volume is freed again that was attached, by a late request, after it had been freed. */
const frees = 3;

/**
 * Takes a volume from its instance and deletes it; one that is gone is fine.
 *
 * @param letGo has whoever uses the volume let go of it; called only while it is attached
 */
export const deleteVolume = async (
  context: VolumeContext,
  volumeId: string,
  letGo: () => Promise<void>,
): Promise<void> => {
  const { services, signal } = context;
  for (let left = frees; ; left--) {
    const volume = await findVolume(context, volumeId);
    if (volume === undefined) return;
    if (isAttached(volume)) {
      await letGo();
      await detachVolume(context, volume);
    }
    await context.intend('ec2:DeleteVolume', { volumeId });
    try {
      await services.ec2.deleteVolume({ VolumeId: volumeId }, { signal });
      return;
    } catch (reason) {
      if (reason instanceof AmiPublisherError && reason.code === 'AWS_NOT_FOUND') return;
      const again = await findVolume(context, volumeId);
      if (left === 1 || again === undefined || !isAttached(again)) throw reason;
    }
  }
};

const isAttached = (volume: Volume): boolean =>
  volume.Attachments?.some(({ State }) => State !== 'detached') === true;

/** Whether AWS refused a call because of the state that the resource is in. */
const isOfState = (reason: unknown): boolean =>
  reason instanceof AmiPublisherError &&
  reason.cause instanceof Error &&
  awsCode(reason.cause) === 'IncorrectState';

/** Detaches a volume and waits until it is free. */
const detachVolume = async (context: VolumeContext, volume: Volume): Promise<void> => {
  const { services, signal } = context;
  const volumeId = volume.VolumeId ?? '';
  const attachment = volume.Attachments?.find(({ State }) => State !== 'detached');
  await context.intend('ec2:DetachVolume', { volumeId });
  if (attachment?.State !== 'detaching') {
    // With the instance in the request, a policy can tell from which instances volumes may be taken.
    await services.ec2
      .detachVolume({ VolumeId: volumeId, InstanceId: attachment?.InstanceId }, { signal })
      .catch((reason: unknown) => {
        // An earlier request may have had its effect by now; whether the volume is free shows below.
        if (!isOfState(reason)) throw reason;
      });
  }
  await services.poller.wait('volume', volumeId, {
    until: ({ State }) => State === 'available',
    wanted: 'detached',
    timeoutMs: 5 * minuteMs,
    signal,
  });
};
