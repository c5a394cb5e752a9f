import { ApiError } from '../model/api-error.js';
import type { Resource } from '../model/table.js';
import { compileFilters, type FilterTable } from './filters.js';
import type { Ec2Handler } from './handler.js';

interface RegionRecord extends Resource {
  readonly endpoint: string;
  readonly optInStatus: string;
}

const filters: FilterTable<RegionRecord> = {
  endpoint: ({ endpoint }) => endpoint,
  'opt-in-status': ({ optInStatus }) => optInStatus,
  'region-name': ({ id }) => id,
};

/** Enabled regions, or with `AllRegions` every region that exists. */
export const describeRegions: Ec2Handler<'DescribeRegions'> = ({ world, isEnabled }, input) => {
  const status = (name: string, optIn: boolean): string => {
    if (!optIn) return 'opt-in-not-required';
    return isEnabled(name) ? 'opted-in' : 'not-opted-in';
  };
  const regions = world.map(({ name, optIn }) => ({
    id: name,
    tags: new Map<string, string>(),
    endpoint: `ec2.${name}.amazonaws.com`,
    optInStatus: status(name, optIn),
  }));
  const wanted = selectNames(regions, input.RegionNames);
  const matches = compileFilters(filters, input.Filters);
  const all = input.AllRegions === true || wanted !== undefined;
  return {
    Regions: regions
      .filter(
        (region) => (all || isEnabled(region.id)) && (wanted?.has(region.id) ?? true) && matches(region),
      )
      .map((region) => ({
        RegionName: region.id,
        Endpoint: region.endpoint,
        OptInStatus: region.optInStatus,
      })),
  };
};

const selectNames = (
  regions: readonly RegionRecord[],
  names: readonly string[] | undefined,
): ReadonlySet<string> | undefined => {
  if (names === undefined || names.length === 0) return undefined;
  const unknown = names.filter((name) => !regions.some(({ id }) => id === name));
  if (unknown.length > 0)
    throw new ApiError('InvalidParameterValue', `Invalid region name(s): [${unknown.join(', ')}]`);
  return new Set(names);
};
