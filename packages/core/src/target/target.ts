export type Partition = 'aws' | 'aws-cn' | 'aws-us-gov';

/** One account in one region: where an AMI is made. */
export interface Target {
  readonly partition: Partition;
  /** 12 digits. */
  readonly accountId: string;
  readonly region: string;
  /** What the user calls the account: its name in the configuration, or its AWS profile. Only a label. */
  readonly account: string;
}

/** `account,region`, as in target lists and messages. */
export const formatTarget = (target: Pick<Target, 'account' | 'region'>): string =>
  `${target.account},${target.region}`;

/** Equal exactly for equal targets, whatever their labels. */
export const targetKey = (target: Pick<Target, 'accountId' | 'region'>): string =>
  `${target.accountId}/${target.region}`;

/** By label, then region: the order of every list of results. */
export const compareTargets = (
  a: Pick<Target, 'account' | 'region'>,
  b: Pick<Target, 'account' | 'region'>,
): number => compare(a.account, b.account) || compare(a.region, b.region);

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

const partitionPrefixes: readonly (readonly [string, Partition])[] = [
  ['cn-', 'aws-cn'],
  ['us-gov-', 'aws-us-gov'],
];

/** The partition that a region name belongs to. */
export const partitionOfRegion = (region: string): Partition =>
  partitionPrefixes.find(([prefix]) => region.startsWith(prefix))?.[1] ?? 'aws';

/** Where global questions of a partition (who am I, which regions are enabled) are asked by default. */
export const homeRegions: Readonly<Record<Partition, string>> = {
  aws: 'us-east-1',
  'aws-cn': 'cn-north-1',
  'aws-us-gov': 'us-gov-west-1',
};
