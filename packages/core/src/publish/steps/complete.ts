import { AmiPublisherError } from '@ami-publisher/base';
import type { Snapshot } from '@aws-sdk/client-ec2';
import { stepValue } from '../../steps/step.js';
import { minuteMs, type PublishStep } from './step-type.js';

/** Waits until the snapshot is complete, however long a large one takes. */
export const completeSnapshot: PublishStep<'complete'> = {
  name: 'complete',
  title: 'Complete snapshot',
  timeoutMs: 6 * 60 * minuteMs,
  run: async (context) => {
    const { services, signal } = context;
    const { snapshotId } = stepValue(context, 'snapshot');
    await services.poller.wait('snapshot', snapshotId, {
      until: (snapshot) => snapshot.State === 'completed' || failedSnapshot(snapshot),
      wanted: 'completed',
      timeoutMs: completeSnapshot.timeoutMs,
      signal,
      onChange: ({ Progress }) => context.progress({ percent: Number.parseInt(Progress ?? '0', 10) || 0 }),
    });
    return { snapshotId };
  },
};

const failedSnapshot = (snapshot: Snapshot): false => {
  if (snapshot.State !== 'error') return false;
  throw new AmiPublisherError('RESOURCE_FAILED', {
    message: `snapshot ${snapshot.SnapshotId} failed: ${snapshot.StateMessage ?? 'no reason given'}`,
    resource: snapshot.SnapshotId ?? '',
    remedy: 'roll the publication back and publish again; if AWS names the KMS key, check its policy',
  });
};
