import type {
  Filter,
  Image,
  Instance,
  SecurityGroup,
  Snapshot,
  Subnet,
  Volume,
  Vpc,
} from '@aws-sdk/client-ec2';
import type { CallOptions, Ec2Api } from './ec2-api.js';

/** Every page of a Describe call. */
export const allPages = async <Page extends { readonly NextToken?: string | undefined }, Item>(
  describe: (page: { readonly NextToken?: string }) => Promise<Page>,
  items: (page: Page) => readonly Item[] | undefined,
): Promise<Item[]> => {
  const found: Item[] = [];
  let token: string | undefined;
  do {
    const page = await describe(token === undefined ? {} : { NextToken: token });
    found.push(...(items(page) ?? []));
    token = page.NextToken || undefined;
  } while (token !== undefined);
  return found;
};

type Describe<T> = (ec2: Ec2Api, filters: Filter[], options?: CallOptions) => Promise<T[]>;

/** All instances that pass the filters. */
export const describeInstances: Describe<Instance> = (ec2, Filters, options) =>
  allPages(
    (page) => ec2.describeInstances({ Filters, ...page }, options),
    (page) => page.Reservations?.flatMap((reservation) => reservation.Instances ?? []),
  );

/** All volumes that pass the filters. */
export const describeVolumes: Describe<Volume> = (ec2, Filters, options) =>
  allPages(
    (page) => ec2.describeVolumes({ Filters, ...page }, options),
    (page) => page.Volumes,
  );

/** All snapshots of the account's own that pass the filters. */
export const describeSnapshots: Describe<Snapshot> = (ec2, Filters, options) =>
  allPages(
    (page) => ec2.describeSnapshots({ OwnerIds: ['self'], Filters, ...page }, options),
    (page) => page.Snapshots,
  );

/** All AMIs of the account's own that pass the filters, disabled ones too. */
export const describeImages: Describe<Image> = (ec2, Filters, options) =>
  allPages(
    (page) => ec2.describeImages({ Owners: ['self'], IncludeDisabled: true, Filters, ...page }, options),
    (page) => page.Images,
  );

/** All AMIs that the account may launch and that pass the filters, whoever owns them. */
export const describeVisibleImages: Describe<Image> = (ec2, Filters, options) =>
  allPages(
    (page) => ec2.describeImages({ Filters, ...page }, options),
    (page) => page.Images,
  );

/** All security groups that pass the filters. */
export const describeSecurityGroups: Describe<SecurityGroup> = (ec2, Filters, options) =>
  allPages(
    (page) => ec2.describeSecurityGroups({ Filters, ...page }, options),
    (page) => page.SecurityGroups,
  );

/** All subnets that pass the filters. */
export const describeSubnets: Describe<Subnet> = (ec2, Filters, options) =>
  allPages(
    (page) => ec2.describeSubnets({ Filters, ...page }, options),
    (page) => page.Subnets,
  );

/** All VPCs that pass the filters. */
export const describeVpcs: Describe<Vpc> = (ec2, Filters, options) =>
  allPages(
    (page) => ec2.describeVpcs({ Filters, ...page }, options),
    (page) => page.Vpcs,
  );
