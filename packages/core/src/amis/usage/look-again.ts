import type { Image } from '@aws-sdk/client-ec2';
import pMap from 'p-map';
import type { Cloud } from '../../cloud/cloud.js';
import type { CallOptions, Ec2Api } from '../../cloud/ec2-api.js';
import { partitionOfRegion, type Target, targetKey } from '../../target/target.js';
import { instanceUses, listInstances } from './instances.js';
import { gapReasons, takeLastLook } from './last-look.js';
import { launchedReasons, toOwnImage } from './own-image.js';
import type { Reason } from './reason.js';
import { reportedNow } from './report-entries.js';
import { findUses, type TargetUses, useReason } from './uses.js';

/** What is needed to look once more whether something uses an AMI. */
export interface SecondLook extends CallOptions {
  readonly cloud: Cloud;
  readonly ec2: Ec2Api;
  readonly target: Target;
  /** Ids of the accounts of the region that were looked into, by their labels. */
  readonly accounts: Readonly<Record<string, string>>;
  readonly launchedWithinMs: number;
}

/** How old lists may be that many deletions share. */
const freshMs = 30_000;
const accountsAtOnce = 8;

/** Looks once more, right before an AMI goes, whether something uses it. @returns what does; empty if nothing */
export const lookAgain = async (look: SecondLook, image: Image): Promise<readonly Reason[]> => {
  const { cloud, ec2, target, launchedWithinMs, signal } = look;
  const own = toOwnImage(target, image);
  const names = new Set([own.imageId, ...own.snapshotIds]);
  const lists = await pMap(targetsOf(look), (each) => recentUses(look, each), {
    concurrency: accountsAtOnce,
  });
  const region = new Map(lists.map((uses) => [uses.target.accountId, uses]));
  const launched = await listInstances({ cloud, target, ec2, signal }, [
    { Name: 'image-id', Values: [own.imageId] },
  ]);
  const last = await takeLastLook({ target, ec2, region, signal }, [own.imageId]);
  return [
    ...lists.flatMap(({ target: user, uses }) =>
      uses.filter(({ of }) => names.has(of)).map((use) => useReason(use, user)),
    ),
    ...lists.filter((uses) => uses.target.accountId === target.accountId).flatMap(gapReasons),
    ...launched.flatMap(instanceUses).map((use) => useReason(use, target)),
    ...launchedReasons(own, cloud.clock.now() - launchedWithinMs),
    ...(last.get(own.imageId) ?? []),
    ...(await reportedNow({ target, ec2, signal }, own.imageId)),
  ];
};

/** All accounts that were looked into, in the region of the AMI; its own is one of them. */
const targetsOf = ({ target: { account, accountId, region }, accounts }: SecondLook): Target[] =>
  Object.entries({ ...accounts, [account]: accountId }).map(([label, id]) => ({
    partition: partitionOfRegion(region),
    accountId: id,
    region,
    account: label,
  }));

interface Remembered {
  readonly at: number;
  readonly uses: Promise<TargetUses>;
}

const remembered = new WeakMap<Cloud, Map<string, Remembered>>();

/** What a target uses, as it was at most half a minute ago: a hundred deletions do not read everything a hundred times. */
const recentUses = ({ cloud, signal }: SecondLook, target: Target): Promise<TargetUses> => {
  const known = remembered.get(cloud) ?? new Map<string, Remembered>();
  remembered.set(cloud, known);
  const key = targetKey(target);
  const now = cloud.clock.now();
  const recent = known.get(key);
  if (recent !== undefined && now - recent.at < freshMs) return recent.uses;
  const uses = cloud.ec2(target).then((ec2) => findUses({ cloud, target, ec2, signal }));
  known.set(key, { at: now, uses });
  uses.catch(() => known.delete(key));
  return uses;
};
