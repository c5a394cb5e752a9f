import { AmiPublisherError } from '@ami-publisher/base';
import { isNotFound } from '../cloud/aws-error.js';
import type { ChangeContext, Command } from '../operations/command.js';
import { planEachTarget } from '../operations/plan-each-target.js';
import type { Json } from '../steps/json.js';
import { formatTarget } from '../target/target.js';
import { type AmiDeletion, type AmiOutcome, deleteAmi, undoAmiDeletion } from './delete-ami.js';
import { type ExpireChange, type ExpirePlanning, planExpiry } from './expire-plan.js';
import { runSnapshotDeletion, type SnapshotDeletion, undoSnapshotDeletion } from './snapshot-deletion.js';

const minuteMs = 60_000;
/** How long an instance may take to let go of a volume. */
const detachMs = 10 * minuteMs;

/**
 * `expire`: deletes what is the account's own and has a tag `ExpiresAt` or `ami-publisher:delete-after` whose time is over: AMIs with their
 * snapshots, instances, snapshots and volumes.
 */
export const expireCommand: Command<null, ExpireChange, Json> = {
  name: 'expire',
  destroys: true,
  timeoutMs: 15 * minuteMs,
  plan: (context) => {
    const now = context.cloud.clock.now();
    return planEachTarget(context, (target, ec2) => {
      const note = (message: string) => context.note(`${formatTarget(target)}: ${message}`);
      const planning: ExpirePlanning = { now, note, signal: context.signal };
      return planExpiry(ec2, planning);
    });
  },
  run: (context, change) => kindOf(change).run(context, change as never),
  undo: (context, change, done) => kindOf(change).undo(context, change as never, done as never),
};

/** How one kind of resource goes, and comes back. */
interface Kind<C extends ExpireChange> {
  readonly run: (context: ChangeContext, change: C) => Promise<Json>;
  readonly undo: (context: ChangeContext, change: C, done: AmiOutcome | undefined) => Promise<void>;
}

const kindOf = ({ call }: ExpireChange): Kind<never> => {
  if (call === 'ec2:TerminateInstances') return instances;
  if (call === 'ec2:DeleteVolume') return volumes;
  return call === 'ec2:DeleteSnapshot' ? snapshots : images;
};

const images: Kind<AmiDeletion> = { run: deleteAmi, undo: undoAmiDeletion };
const snapshots: Kind<SnapshotDeletion> = { run: runSnapshotDeletion, undo: undoSnapshotDeletion };

const lostForGood = async ({ target }: ChangeContext, { resource }: ExpireChange): Promise<void> => {
  throw new AmiPublisherError('AWS_NOT_FOUND', {
    message: `${resource} is gone for good`,
    target: formatTarget(target),
    resource,
  });
};

const instances: Kind<ExpireChange> = {
  run: async ({ services, signal }, { resource }) => {
    try {
      await services.ec2.terminateInstances({ InstanceIds: [resource] }, { signal });
    } catch (reason) {
      if (!isNotFound(reason)) throw reason;
    }
    return null;
  },
  undo: lostForGood,
};

const volumes: Kind<ExpireChange> = {
  run: async ({ services, signal }, { resource }) => {
    try {
      await services.poller.wait('volume', resource, {
        until: ({ State }) => State !== 'in-use',
        wanted: 'detached',
        timeoutMs: detachMs,
        signal,
      });
      await services.ec2.deleteVolume({ VolumeId: resource }, { signal });
    } catch (reason) {
      if (!isNotFound(reason)) throw reason;
    }
    return null;
  },
  undo: lostForGood,
};
