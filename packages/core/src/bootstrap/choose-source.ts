import { AmiPublisherError, isAmiPublisherError } from '@ami-publisher/base';
import { isNotFound } from '../cloud/aws-error.js';
import type { Cloud } from '../cloud/cloud.js';
import type { CallOptions } from '../cloud/ec2-api.js';
import { closedToOthers, describeKey } from '../sharing/key-access.js';
import { distanceKm } from '../target/region-places.js';
import { compareTargets, formatTarget, type Target } from '../target/target.js';
import type { SourceImage } from './stream-images.js';

/** Where an AMI is copied from. */
export interface ChosenSource extends SourceImage {
  readonly distanceKm: number;
  /** The destination's account has to be let at the snapshot while it is copied. */
  readonly shares: boolean;
  /** ARN of the key of a copy that is made at the source, for want of a key that the other account can use; null = none is made. */
  readonly transferKey: string | null;
}

interface Choice extends CallOptions {
  readonly cloud: Cloud;
  readonly stream: string;
  readonly sources: readonly SourceImage[];
  /** Why AMIs of the stream are not among the sources. */
  readonly refusals: readonly string[];
  /** Key at the source for what cannot be shared as it is. */
  readonly transferKey: string | undefined;
}

/**
 * The nearest source that can be copied to a target; of those as near as each other, first the account's own, then by name.
 *
 * @throws `AWS_NOT_FOUND` if there is none, saying of each AMI of the stream why not
 */
export const chooseSource = async (choice: Choice, destination: Target): Promise<ChosenSource> => {
  const refusals = [...choice.refusals];
  // Snapshots are not copied between partitions.
  const within = choice.sources.filter(({ target }) => target.partition === destination.partition);
  for (const source of nearestFirst(within, destination)) {
    const way = await wayTo(choice, source, destination);
    if (typeof way !== 'string') return { ...source, ...way };
    refusals.push(`${source.snapshot.SnapshotId} of ${formatTarget(source.target)} ${way}`);
  }
  throw noSource(choice.stream, refusals);
};

/** The nearest first; of those as near as each other, first the account's own, then by name. */
export const nearestFirst = <S extends { readonly target: Target }>(
  sources: readonly S[],
  destination: Target,
): S[] => {
  const km = ({ target }: S) => distanceKm(target.region, destination.region);
  const isForeign = ({ target }: S) => Number(target.accountId !== destination.accountId);
  return [...sources].sort(
    (a, b) => km(a) - km(b) || isForeign(a) - isForeign(b) || compareTargets(a.target, b.target),
  );
};

type Way = Pick<ChosenSource, 'distanceKm' | 'shares' | 'transferKey'>;

/** @returns why there is none, if there is none */
const wayTo = async (choice: Choice, source: SourceImage, destination: Target): Promise<Way | string> => {
  const { target, snapshot } = source;
  const way = { distanceKm: distanceKm(target.region, destination.region), transferKey: null };
  if (target.accountId === destination.accountId) return { ...way, shares: false };
  const { SnapshotId = '', KmsKeyId } = snapshot;
  const key = KmsKeyId === undefined ? undefined : await lookAtKey(choice, source, KmsKeyId, destination);
  if (key === undefined || 'arn' in key)
    return { ...way, shares: !(await isShared(choice, target, SnapshotId, destination)) };
  const { transferKey } = choice;
  if (transferKey === undefined) return `is encrypted with ${key.refusal}`;
  const other = await lookAtKey(choice, source, transferKey, destination);
  if ('arn' in other) return { ...way, shares: true, transferKey: other.arn };
  return `is encrypted with ${key.refusal}; and --transfer-key is ${other.refusal}`;
};

const isShared = async (
  { cloud, signal }: Choice,
  source: Target,
  SnapshotId: string,
  { accountId }: Target,
): Promise<boolean> => {
  const ec2 = await cloud.ec2(source);
  const request = { SnapshotId, Attribute: 'createVolumePermission' as const };
  const { CreateVolumePermissions = [] } = await ec2.describeSnapshotAttribute(request, { signal });
  return CreateVolumePermissions.some(({ UserId }) => UserId === accountId);
};

/**
 * Whether another account can use a key of a source's account: it is open to others, and that account, asked itself, may look at it. Its policy is not
 * read, which would take more permissions; what it allows besides is found out by the copy.
 */
const lookAtKey = async (
  { cloud, signal }: Choice,
  { target }: SourceImage,
  name: string,
  destination: Target,
): Promise<{ readonly arn: string } | { readonly refusal: string }> => {
  try {
    const key = await describeKey(await cloud.kms(target), name, { signal });
    const { arn } = key;
    const closed = closedToOthers(key);
    if (closed !== undefined) return { refusal: `${name}, ${closed}` };
    const abroad = await cloud.kms({ ...destination, region: target.region });
    return await abroad.describeKey(arn, { signal }).then(
      () => ({ arn }),
      (reason: unknown) => {
        if (!isAmiPublisherError(reason) || reason.code !== 'ACCESS_DENIED') throw reason;
        return { refusal: `${name}, which account ${destination.accountId} may not use` };
      },
    );
  } catch (reason) {
    if (isNotFound(reason)) return { refusal: `${name}, which is not there` };
    throw reason;
  }
};

const noSource = (stream: string, refusals: readonly string[]): AmiPublisherError =>
  new AmiPublisherError('AWS_NOT_FOUND', {
    message: [`no target has an AMI of ${stream} that can be copied`, ...refusals].join('; '),
    resource: stream,
    remedy:
      'publish it to one target, under a customer managed KMS key (--kms-key) whose policy lets the other accounts use it, and name that target with --from; or name such a key with --transfer-key',
  });
