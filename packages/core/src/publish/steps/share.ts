import { toAmiPublisherError } from '@ami-publisher/base';
import { isNotFound } from '../../cloud/aws-error.js';
import type { Ec2Api } from '../../cloud/ec2-api.js';
import { toTagList } from '../../cloud/tags.js';
import { accountsAmong, permissionOf } from '../../sharing/grantee.js';
import { addPermissions, type Permissions, removePermissions } from '../../sharing/permissions.js';
import { settlingMs } from '../../steps/send-once.js';
import { stepValue } from '../../steps/step.js';
import { formatTarget } from '../../target/target.js';
import type { ConsumerTarget, PlannedSharing } from '../plan-sharing.js';
import type { PublishValues } from '../values.js';
import { minuteMs, type PublishContext, type PublishStep } from './step-type.js';

const lookAgainMs = 2_000;

type Consumer = PublishValues['share']['consumers'][number];

/**
 * Shares AMI and snapshot, where asked for, and has each account that is to use the AMI instead of one of its own look at it and tag it. One that
 * cannot use it is told of in the step's value, and keeps no other from it.
 */
export const shareImage: PublishStep<'share'> = {
  name: 'share',
  title: 'Share AMI',
  timeoutMs: 15 * minuteMs,
  run: async (context) => {
    const { services, signal } = context;
    const { sharing } = services.planned;
    if (sharing === undefined) return { consumers: [] };
    const { imageId } = stepValue(context, 'register');
    await context.intend('ec2:ModifyImageAttribute', { imageId });
    await addPermissions(services.ec2, imageId, permissionsOf(context, sharing), { signal });
    const consumers: Consumer[] = [];
    for (const consumer of sharing.consumers) consumers.push(await hand(context, sharing, consumer, imageId));
    return { consumers };
  },
  undo: async (context, value) => {
    const { services, signal, values } = context;
    const { sharing } = services.planned;
    const imageId = values.register?.imageId;
    if (sharing === undefined || imageId === undefined) return;
    if (value === undefined && context.openIntent('ec2:ModifyImageAttribute') === undefined) return;
    const { launch, snapshots } = permissionsOf(context, sharing);
    for (const some of [
      { launch, snapshots: [] },
      { launch: [], snapshots },
    ])
      await removePermissions(services.ec2, imageId, some, { signal }).catch((reason: unknown) => {
        if (!isNotFound(reason)) throw reason;
      });
  },
};

const permissionsOf = (context: PublishContext, { grantees }: PlannedSharing): Permissions => ({
  launch: grantees.map(permissionOf),
  snapshots: [
    { snapshotId: stepValue(context, 'snapshot').snapshotId, accountIds: accountsAmong(grantees) },
  ].filter(({ accountIds }) => accountIds.length > 0),
});

/** Whether a consumer sees the AMI and its key, and has tagged it; what it lacks is data. */
const hand = async (
  context: PublishContext,
  { keyArn }: PlannedSharing,
  { target }: ConsumerTarget,
  imageId: string,
): Promise<Consumer> => {
  const { services, signal } = context;
  try {
    const ec2 = await services.ec2Of(target);
    await untilSeen(context, ec2, imageId);
    // Also where the policies of the consumer's own account, or of its organization, forbid it.
    await (await services.kmsOf(target)).describeKey(keyArn, { signal });
    const Tags = toTagList(services.tags('share', services.plan.options.stream));
    await ec2.createTags({ Resources: [imageId], Tags }, { signal });
    return { accountId: target.accountId, code: null, message: null };
  } catch (reason) {
    signal.throwIfAborted();
    const { code, message } = toAmiPublisherError(reason).at(formatTarget(target));
    return { accountId: target.accountId, code, message };
  }
};

/** What was shared a moment ago may not be seen yet. */
const untilSeen = async ({ clock, signal }: PublishContext, ec2: Ec2Api, imageId: string): Promise<void> => {
  for (const endsAt = clock.now() + settlingMs; ; await clock.sleep(lookAgainMs, signal)) {
    try {
      await ec2.describeImages({ ImageIds: [imageId] }, { signal });
      return;
    } catch (reason) {
      if (!isNotFound(reason) || clock.now() >= endsAt) throw reason;
    }
  }
};
