/** A region as `DescribeRegions` shows it. */
export interface RegionName {
  readonly name: string;
  /** Whether accounts have to opt in to it. */
  readonly optIn: boolean;
}

const defaultRegions = [
  'us-east-1',
  'us-west-2',
  'eu-west-1',
  'eu-central-1',
  'ap-southeast-2',
  'ap-northeast-1',
  'us-east-2',
  'ca-central-1',
  'eu-north-1',
  'sa-east-1',
  'ap-south-1',
  'eu-west-2',
  'us-west-1',
  'eu-west-3',
  'ap-southeast-1',
  'ap-northeast-2',
  'ap-northeast-3',
];

const optInRegions = ['af-south-1', 'ap-east-1', 'eu-south-1', 'me-south-1'];

/** Names of AWS's commercial regions, in the order in which a sandbox of N regions takes them. */
export const regionNames: readonly string[] = [...defaultRegions, ...optInRegions];

/** Whether accounts of AWS have to opt in to the region. */
export const isOptIn = (region: string): boolean => !defaultRegions.includes(region);

/** The regions that exist in a sandbox: those it was started with, and the opt-in regions, which nobody has enabled. */
export const worldOf = (regions: readonly string[]): RegionName[] =>
  [...new Set([...regions, ...optInRegions])].map((name) => ({ name, optIn: isOptIn(name) }));

/** Availability zones of a region. */
export const zonesOf = (region: string): string[] => ['a', 'b', 'c'].map((letter) => region + letter);

/** Short form of a region in zone ids: `us-east-1` is `use1`, `ap-southeast-2` is `apse2`. */
const zoneIdPrefix = (region: string): string => {
  const [area = '', direction = '', number = ''] = region.split('-');
  const initials = direction.replace(
    /^(north|south|central)?(east|west|north|south|central)?$/,
    (_, first = '', second = '') => first.charAt(0) + second.charAt(0),
  );
  return area + initials + number;
};

/** Zone ids of a region, in the order of {@link zonesOf}; every account of the sandbox has the same mapping. */
export const zoneIdsOf = (region: string): string[] =>
  [1, 2, 3].map((number) => `${zoneIdPrefix(region)}-az${number}`);
