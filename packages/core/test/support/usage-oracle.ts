/**
 * Random clouds with AMIs and all that may keep them, and which of them may go. Nothing here knows how the analysis works: what may go
 * follows from how the cloud was made.
 */
import fc from 'fast-check';

/** What keeps an AMI, each made in the cloud in its own way. */
export const keepers = [
  'auto-scaling-override',
  'container-recipe',
  'denied-template',
  'foreign-instance',
  'foreign-parameter',
  'image-recipe',
  'instance',
  'launch-configuration',
  'launch-template',
  'launched',
  'organization',
  'parameter',
  'parameter-in-text',
  'pending-copy',
  'protected',
  'public',
  'publication',
  'reported-use',
  'shared-outside',
  'snapshot-in-template',
  'stopped-instance',
  'young',
] as const;

/** What looks like a use and is none. */
const decoys = [
  'finished-publication',
  'launched-long-ago',
  'longer-id-in-parameter',
  'report-of-own-use',
  'shared-inside',
  'similar-template-name',
] as const;

/** Use by an account that is not looked at and of which there is no report: only a new report tells of it. */
export const unreportedUse = 'unreported-use';

export type Trait = (typeof keepers)[number] | (typeof decoys)[number] | typeof unreportedUse;

export interface ImageSpec {
  readonly account: number;
  readonly region: number;
  /** More than a day, unless it is `young`. */
  readonly ageDays: number;
  readonly stream: string | undefined;
  readonly traits: readonly Trait[];
}

/** A list that one account must not read in one region. */
export interface GapSpec {
  readonly account: number;
  readonly region: number;
  readonly action: string;
}

export interface CloudSpec {
  readonly accounts: number;
  readonly regions: number;
  readonly images: readonly ImageSpec[];
  readonly gaps: readonly GapSpec[];
  readonly keepLast: number;
  /** Whether new usage reports are asked for. */
  readonly usageReports: boolean;
}

/** Reading them is what the analysis cannot do without. */
const lists = [
  'DescribeAutoScalingGroups',
  'DescribeInstances',
  'DescribeLaunchConfigurations',
  'DescribeLaunchTemplates',
  'DescribeParameters',
  'GetParameters',
];

const traits = fc.oneof(
  { weight: 4, arbitrary: fc.constant([]) },
  { weight: 3, arbitrary: fc.subarray([...decoys], { minLength: 1, maxLength: 2 }) },
  { weight: 4, arbitrary: fc.subarray([...keepers], { minLength: 1, maxLength: 1 }) },
  { weight: 1, arbitrary: fc.constant([unreportedUse]) },
  { weight: 2, arbitrary: fc.subarray([...keepers, ...decoys], { minLength: 2, maxLength: 4 }) },
) as fc.Arbitrary<Trait[]>;

const sized = fc.record({
  accounts: fc.integer({ min: 2, max: 3 }),
  regions: fc.integer({ min: 1, max: 2 }),
});

/** Clouds of 2 or 3 accounts in 1 or 2 regions with up to 16 AMIs. */
export const clouds: fc.Arbitrary<CloudSpec> = sized.chain(({ accounts, regions }) => {
  const place = {
    account: fc.integer({ min: 0, max: accounts - 1 }),
    region: fc.integer({ min: 0, max: regions - 1 }),
  };
  return fc.record({
    accounts: fc.constant(accounts),
    regions: fc.constant(regions),
    images: fc
      .array(
        fc.record({
          ...place,
          ageDays: fc.integer({ min: 2, max: 400 }),
          stream: fc.constantFrom(undefined, undefined, 'base/one', 'base/two'),
          traits,
        }),
        { minLength: 4, maxLength: 16 },
      )
      .map((images) => images.map((image, index) => ({ ...image, ageDays: image.ageDays + index / 1_000 }))),
    gaps: fc.oneof(
      { weight: 3, arbitrary: fc.constant([]) },
      {
        weight: 1,
        arbitrary: fc.array(fc.record({ ...place, action: fc.constantFrom(...lists) }), {
          minLength: 1,
          maxLength: 1,
        }),
      },
    ),
    keepLast: fc.integer({ min: 0, max: 2 }),
    usageReports: fc.oneof(
      { weight: 3, arbitrary: fc.constant(false) },
      { weight: 1, arbitrary: fc.constant(true) },
    ),
  });
});

/** The account that a use in another account, or a permission for one, is of. */
export const neighbourOf = ({ account }: ImageSpec, { accounts }: CloudSpec): number =>
  (account + 1) % accounts;

const isKeeper = (trait: Trait): boolean => (keepers as readonly Trait[]).includes(trait);

/** Where AWS refuses to tell of parameters of accounts that have none, nothing is refused. */
const isFelt = ({ action, account, region }: GapSpec, cloud: CloudSpec): boolean =>
  action !== 'GetParameters' ||
  cloud.images.some((image) => {
    const own = image.traits.some((trait) =>
      ['parameter', 'parameter-in-text', 'longer-id-in-parameter'].includes(trait),
    );
    const foreign = image.traits.includes('foreign-parameter');
    return (
      image.region === region &&
      ((own && image.account === account) || (foreign && neighbourOf(image, cloud) === account))
    );
  });

/** Whether an account may use what it likes without that being seen. */
const isHidden = (cloud: CloudSpec, account: number, region: number): boolean =>
  cloud.gaps.some((gap) => gap.account === account && gap.region === region && isFelt(gap, cloud)) ||
  cloud.images.some(
    (image) =>
      image.account === account && image.region === region && image.traits.includes('denied-template'),
  );

const sharedInside: readonly Trait[] = ['shared-inside', 'foreign-instance', 'foreign-parameter'];

const isNewest = (cloud: CloudSpec, image: ImageSpec): boolean => {
  if (image.stream === undefined) return false;
  const newer = cloud.images.filter(
    (other) =>
      other.stream === image.stream &&
      other.account === image.account &&
      other.region === image.region &&
      ageOf(other) < ageOf(image),
  );
  return newer.length < cloud.keepLast;
};

/** In days; no two AMIs of a cloud are of the same age. */
export const ageOf = (image: ImageSpec): number =>
  image.traits.includes('young') ? image.ageDays / 1_000 : image.ageDays;

/** Which AMIs may go: true at the index of each that may. */
export const whatMayGo = (cloud: CloudSpec): boolean[] =>
  cloud.images.map(
    (image) =>
      !image.traits.some(isKeeper) &&
      !(cloud.usageReports && image.traits.includes(unreportedUse)) &&
      !isNewest(cloud, image) &&
      !isHidden(cloud, image.account, image.region) &&
      !(
        image.traits.some((trait) => sharedInside.includes(trait)) &&
        isHidden(cloud, neighbourOf(image, cloud), image.region)
      ),
  );
