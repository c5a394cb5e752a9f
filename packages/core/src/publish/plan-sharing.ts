import { AmiPublisherError } from '@ami-publisher/base';
import type { Cloud } from '../cloud/cloud.js';
import type { CallOptions } from '../cloud/ec2-api.js';
import { type Grantee, othersThan } from '../sharing/grantee.js';
import { judgeKey, type KeyFacts, readKey } from '../sharing/key-access.js';
import { defaultKeyError, unusableKeyError } from '../sharing/key-remedy.js';
import type { JsonObject } from '../steps/json.js';
import { formatTarget, type Target } from '../target/target.js';
import type { PlannedFailure } from './plan.js';

/** With whom the AMI of a target is shared. */
export interface PlannedSharing extends JsonObject {
  readonly grantees: readonly Grantee[];
  /** ARN of the key that all of them have to use. */
  readonly keyArn: string;
  /** Targets that are to have the AMI by this sharing instead of one of their own; their accounts are among the grantees. */
  readonly consumers: readonly ConsumerTarget[];
}

/** A target without an AMI of its own. */
export interface ConsumerTarget extends JsonObject {
  readonly target: Target & JsonObject;
  readonly bestEffort: boolean;
}

/** Whose AMIs are published, and who has them by sharing. */
export interface Division {
  readonly publishing: readonly Target[];
  /** Those whose region the sharing account has no target in. */
  readonly stranded: readonly Target[];
  /** Those that have the AMI of a region by sharing. */
  consumersIn(region: string): readonly Target[];
}

/**
 * Which targets publish: all, or those of the sharing account alone.
 *
 * @param sharingAccount label or id
 * @throws `UNKNOWN_ACCOUNT` if it has no target
 */
export const divide = (targets: readonly Target[], sharingAccount: string | null): Division => {
  if (sharingAccount === null) return { publishing: targets, stranded: [], consumersIn: () => [] };
  const isSharing = ({ account, accountId }: Target) =>
    account === sharingAccount || accountId === sharingAccount;
  const publishing = targets.filter(isSharing);
  if (publishing.length === 0) throw noSharingTarget(sharingAccount);
  const others = targets.filter((target) => !isSharing(target));
  const regions = new Set(publishing.map((target) => target.region));
  return {
    publishing,
    stranded: others.filter((target) => !regions.has(target.region)),
    consumersIn: (region) => others.filter((other) => other.region === region),
  };
};

const noSharingTarget = (sharingAccount: string): AmiPublisherError =>
  new AmiPublisherError('UNKNOWN_ACCOUNT', {
    message: `the sharing account ${sharingAccount} is not among the targets`,
    resource: sharingAccount,
    remedy: 'add its targets, in the regions of all others, to --targets',
  });

/** A region in which the sharing account publishes nothing. */
export interface Absence {
  readonly region: string;
  readonly why: string;
}

/** The failures of targets that were to have the AMI of another, which there will not be. */
export const failedConsumers = (
  cloud: Cloud,
  { stranded, consumersIn }: Division,
  absences: readonly Absence[],
): PlannedFailure[] => {
  const failed = (target: Target, message: string): PlannedFailure => {
    const { account, region } = target;
    const { bestEffort } = cloud.settings(target);
    const error = new AmiPublisherError('AMI_NOT_SHARABLE', { message, target: formatTarget(target) });
    return { account, region, code: error.code, message: error.message, bestEffort };
  };
  return [
    ...stranded.map((target) => failed(target, 'the sharing account has no target in this region')),
    ...absences.flatMap(({ region, why }) => consumersIn(region).map((consumer) => failed(consumer, why))),
  ];
};

/** What is known of a target before its sharing is planned. */
export interface SharingRequest {
  readonly target: Target;
  /** With whom everything is shared. */
  readonly shareWith: readonly Grantee[];
  readonly consumers: readonly Target[];
  /** Of the snapshot that there will be; the account's default for EBS if undefined. */
  readonly kmsKey: string | undefined;
  note(message: string): void;
}

/**
 * Finds out whether the AMI that there will be can be shared.
 *
 * @returns undefined if it is to be shared with nobody
 * @throws `AMI_NOT_SHARABLE` if somebody could not use its key; before anything is made
 */
export const planSharingOf = async (
  cloud: Cloud,
  { target, shareWith, consumers, kmsKey, note }: SharingRequest,
  call: CallOptions,
): Promise<PlannedSharing | undefined> => {
  const accounts = consumers.map(({ accountId }) => accountId);
  const named = new Set(shareWith.map(({ id }) => id));
  const added = accounts.filter((id) => !named.has(id)).map(accountGrantee);
  const grantees = othersThan(target, [...shareWith, ...added]);
  if (grantees.length === 0) return undefined;
  const kms = await cloud.kms(target);
  const key = await readKey(kms, kmsKey ?? 'alias/aws/ebs', target.accountId, call);
  for (const grantee of grantees) checkKey(key, grantee, target, note);
  const consumerTargets = consumers.map((one) => ({
    target: { ...one },
    bestEffort: cloud.settings(one).bestEffort,
  }));
  return { grantees, keyArn: key.arn, consumers: consumerTargets };
};

const accountGrantee = (id: string): Grantee => ({ kind: 'account', id, organization: null, unit: null });

const what = 'the snapshot that there would be';

const checkKey = (key: KeyFacts, grantee: Grantee, target: Target, note: (message: string) => void): void => {
  if (key.isAwsManaged) throw defaultKeyError(what, target);
  const { answer, missing } = judgeKey(key, { grantee, region: target.region });
  if (answer === 'no') throw unusableKeyError(what, key, grantee, target, ', or make it a grant');
  if (answer === 'unclear')
    note(
      `${formatTarget(target)}: whether ${grantee.id} can use ${key.arn} is unclear for ${missing.join(', ')}`,
    );
};
