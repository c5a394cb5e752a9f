import { AmiPublisherError } from '@ami-publisher/base';
import type { Image, Snapshot } from '@aws-sdk/client-ec2';
import type { Poller } from '../cloud/poller.js';
import { minuteMs, type StepContext } from '../steps/step.js';

type WaitContext = Pick<
  StepContext<{ readonly poller: Poller }, unknown>,
  'services' | 'signal' | 'progress'
>;

/** How long a snapshot may take, ms: a large one takes hours. */
export const snapshotTimeoutMs = 6 * 60 * minuteMs;
/** How long an AMI may take once its snapshot is complete, ms. */
export const imageTimeoutMs = 30 * minuteMs;

/** Waits until a snapshot is complete, and tells how far it is. @throws `RESOURCE_FAILED`, `TIMED_OUT` */
export const untilCompleted = async (
  { services, signal, progress }: WaitContext,
  snapshotId: string,
): Promise<void> => {
  await services.poller.wait('snapshot', snapshotId, {
    until: (snapshot) => snapshot.State === 'completed' || failedSnapshot(snapshot),
    wanted: 'completed',
    timeoutMs: snapshotTimeoutMs,
    signal,
    onChange: ({ Progress }) => progress({ percent: Number.parseInt(Progress ?? '0', 10) || 0 }),
  });
};

const failedSnapshot = (snapshot: Snapshot): false => {
  if (snapshot.State !== 'error') return false;
  throw new AmiPublisherError('RESOURCE_FAILED', {
    message: `snapshot ${snapshot.SnapshotId} failed: ${snapshot.StateMessage ?? 'no reason given'}`,
    resource: snapshot.SnapshotId ?? '',
    remedy:
      'take back what was done (`rollback`, `operations undo`) and begin again; if AWS names the KMS key, check its policy',
  });
};

/** Waits until an AMI can be launched. @throws `RESOURCE_FAILED`, `TIMED_OUT` */
export const untilAvailable = async ({ services, signal }: WaitContext, imageId: string): Promise<void> => {
  await services.poller.wait('image', imageId, {
    until: (image) => image.State === 'available' || failedImage(image),
    wanted: 'available',
    timeoutMs: imageTimeoutMs,
    signal,
  });
};

const failedImage = (image: Image): false => {
  if (image.State === undefined || ['pending', 'transient'].includes(image.State)) return false;
  throw new AmiPublisherError('RESOURCE_FAILED', {
    message: `AMI ${image.ImageId} became ${image.State}: ${image.StateReason?.Message ?? 'no reason given'}`,
    resource: image.ImageId ?? '',
    remedy: 'take back what was done (`rollback`, `operations undo`) and begin again',
  });
};
