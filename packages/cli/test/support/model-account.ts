import { isAmiPublisherError, VirtualClock } from '@ami-publisher/base';
import {
  type Ec2Action,
  type Ec2Actions,
  MemoryJournalStore,
  type PublicationResults,
  Publisher,
  type PublishOptions,
  type Target,
  tagKeys,
  UnpackerFleet,
} from '@ami-publisher/core';
import { ModelCloud } from '@ami-publisher/sandbox';
import type { PolicyDocument } from '../../src/docs/iam/policy.js';

export const stream = 'base/debian-12';
export const leaves = ['1', '2', '3'] as const;
const accountId = '111111111111';
const region = 'us-east-1';

/** Who may do everything. */
const administrator = {
  accountId,
  arn: `arn:aws:iam::${accountId}:user/administrator`,
  userId: 'AIDA',
  isSession: false,
};

/** One account with one unpacker in virtual time; its role `ami-publisher`, as which all but `asAdministrator` runs, has the policy. */
export const createModelAccount = async (policy: PolicyDocument) => {
  const clock = new VirtualClock();
  const policies = { 'ami-publisher': structuredClone(policy) as never };
  const cloud = new ModelCloud({ accounts: 1, regions: [region], clock, policies });
  for (const leaf of leaves) cloud.images.add({ stream, leaf, contentBytes: 2 ** 20 });
  const [instanceId = ''] = await clock.runUntil(cloud.addUnpackers());
  const fleet = new UnpackerFleet({ cloud, createClient: cloud.createUnpackerClient });
  const publisher = new Publisher({ cloud, fleet, images: cloud.images, journals: new MemoryJournalStore() });
  const target: Target = { partition: 'aws', accountId, account: 'development', region };
  return {
    cloud,
    target,
    instanceId,
    run: <T>(outcome: Promise<T>): Promise<T> => clock.runUntil(outcome),
    publish: (leaf: string, more: Partial<PublishOptions> = {}): Promise<PublicationResults> =>
      clock.runUntil(
        (async () => {
          const targets = await cloud.resolveTargets('');
          return publisher.start(await publisher.plan({ stream, leaf, targets, ...more })).results;
        })(),
      ),
    rollback: (publicationId: string) => clock.runUntil(publisher.rollback(publicationId, { force: true })),
    asAdministrator: <A extends Ec2Action>(action: A, input: Ec2Actions[A][0]): Promise<Ec2Actions[A][1]> =>
      clock.runUntil(cloud.model.ec2(administrator, region, action, input)),
    addKmsKey: (): string => cloud.model.addKmsKey({ accountId, region }),
    pass: (ms: number): Promise<void> => clock.advance(ms),
  };
};

export type ModelAccount = Awaited<ReturnType<typeof createModelAccount>>;

/** Everything that publishing and undoing can do. @returns what failed */
export const exerciseEverything = async (account: ModelAccount): Promise<string[]> => {
  const messages: string[] = [];
  const ids: string[] = [];
  const publish = async (leaf: string, more: Partial<PublishOptions> = {}): Promise<void> => {
    const { publicationId, targets } = await account.publish(leaf, more);
    ids.push(publicationId);
    messages.push(...targets.flatMap((target) => ('message' in target ? target.message : [])));
  };
  await account.asAdministrator('StopInstances', { InstanceIds: [account.instanceId] });
  await account.pass(60_000);
  await publish('1', { deprecateInMs: 86_400_000, deregistrationProtection: true, tags: { team: 'base' } });
  await publish('2', { minFreeBytes: 5 * 2 ** 30 });
  await publish('3', { kmsKey: account.addKmsKey() });
  for (const id of ids.reverse()) {
    const { targets } = await account.rollback(id);
    messages.push(...targets.flatMap(({ errors }) => errors));
  }
  await addFreeVolume(account);
  await publish('1');
  return messages;
};

/** A volume that no stream has, claimed for the unpacker by an operator. */
const addFreeVolume = async (account: ModelAccount): Promise<void> => {
  const { VolumeId = '' } = await account.asAdministrator('CreateVolume', {
    ...{ AvailabilityZone: `${region}a`, Size: 1, VolumeType: 'gp3', Encrypted: true },
    TagSpecifications: [{ ResourceType: 'volume', Tags: [{ Key: tagKeys.stream, Value: 'free' }] }],
  });
  await account.pass(10_000);
  const InstanceId = account.instanceId;
  await account.asAdministrator('AttachVolume', { VolumeId, InstanceId, Device: '/dev/xvdzz' });
  await account.pass(10_000);
  account.cloud.unpacker(InstanceId)?.devices.set(VolumeId, []);
};

/** The code and text of the error that a call ends with, if any. */
export const failureOf = (call: Promise<unknown>) =>
  call.then(
    () => undefined,
    (reason: unknown) => {
      if (!isAmiPublisherError(reason)) throw reason;
      return { code: reason.code, message: reason.message };
    },
  );
