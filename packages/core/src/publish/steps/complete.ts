import { snapshotTimeoutMs, untilCompleted } from '../../amis/until-usable.js';
import { stepValue } from '../../steps/step.js';
import type { PublishStep } from './step-type.js';

/** Waits until the snapshot is complete, however long a large one takes. */
export const completeSnapshot: PublishStep<'complete'> = {
  name: 'complete',
  title: 'Complete snapshot',
  timeoutMs: snapshotTimeoutMs,
  run: async (context) => {
    const { snapshotId } = stepValue(context, 'snapshot');
    await untilCompleted(context, snapshotId);
    return { snapshotId };
  },
};
