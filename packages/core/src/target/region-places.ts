/** Degrees; north and east count up. */
type Place = readonly [latitude: number, longitude: number];

/**
 * Where regions are: the city, state or country that AWS names them after ("AWS Regions" in the AWS documentation), by its coordinates to the
 * degree. AWS tells no more of the places of its data centers, and an order of regions needs no more.
 */
const places: Readonly<Record<string, Place>> = {
  'af-south-1': [-34, 18], // Cape Town
  'ap-east-1': [22, 114], // Hong Kong
  'ap-east-2': [25, 122], // Taipei
  'ap-northeast-1': [36, 140], // Tokyo
  'ap-northeast-2': [38, 127], // Seoul
  'ap-northeast-3': [35, 136], // Osaka
  'ap-south-1': [19, 73], // Mumbai
  'ap-south-2': [17, 78], // Hyderabad
  'ap-southeast-1': [1, 104], // Singapore
  'ap-southeast-2': [-34, 151], // Sydney
  'ap-southeast-3': [-6, 107], // Jakarta
  'ap-southeast-4': [-38, 145], // Melbourne
  'ap-southeast-5': [3, 102], // Malaysia
  'ap-southeast-6': [-37, 175], // New Zealand
  'ap-southeast-7': [14, 101], // Thailand
  'ca-central-1': [46, -74], // Central: Montreal
  'ca-west-1': [51, -114], // Calgary
  'cn-north-1': [40, 116], // Beijing
  'cn-northwest-1': [38, 106], // Ningxia
  'eu-central-1': [50, 9], // Frankfurt
  'eu-central-2': [47, 9], // Zurich
  'eu-north-1': [59, 18], // Stockholm
  'eu-south-1': [45, 9], // Milan
  'eu-south-2': [42, -1], // Spain: Aragon
  'eu-west-1': [53, -6], // Ireland
  'eu-west-2': [52, 0], // London
  'eu-west-3': [49, 2], // Paris
  'il-central-1': [32, 35], // Tel Aviv
  'me-central-1': [24, 54], // United Arab Emirates
  'me-south-1': [26, 51], // Bahrain
  'mx-central-1': [21, -100], // Central: Queretaro
  'sa-east-1': [-24, -47], // Sao Paulo
  'us-east-1': [39, -77], // North Virginia
  'us-east-2': [40, -83], // Ohio
  'us-gov-east-1': [40, -83], // Ohio
  'us-gov-west-1': [46, -120], // Oregon
  'us-west-1': [37, -122], // North California
  'us-west-2': [46, -120], // Oregon
};

const earthRadiusKm = 6_371;
/** Names of the regions whose place is known; AWS may have more. */
export const knownRegions: readonly string[] = Object.keys(places).sort();

/** No two places are farther apart: half the way round. */
const farthestKm = Math.ceil(Math.PI * earthRadiusKm);

/**
 * How far apart two regions are, by the shortest way over the globe, in whole kilometres. A region that is newer than the table is taken to be
 * where the first one is whose name has the most parts in common with it (`eu-west-9`: `eu-west-1`); one that has no part in common is as far as can be
 * from all but itself.
 */
export const distanceKm = (a: string, b: string): number => {
  if (a === b) return 0;
  const [from, to] = [placeOf(a), placeOf(b)];
  return from === undefined || to === undefined ? farthestKm : Math.round(greatCircleKm(from, to));
};

const placeOf = (region: string): Place | undefined => {
  const parts = region.split('-');
  for (let kept = parts.length; kept > 0; kept -= 1) {
    const prefix = parts.slice(0, kept).join('-');
    const alike = Object.keys(places).find((name) => name === prefix || name.startsWith(`${prefix}-`));
    if (alike !== undefined) return places[alike];
  }
  return undefined;
};

const radians = (degrees: number): number => (degrees * Math.PI) / 180;

/** The haversine formula. */
const greatCircleKm = ([latitudeA, longitudeA]: Place, [latitudeB, longitudeB]: Place): number => {
  const half = (a: number, b: number) => Math.sin(radians(b - a) / 2) ** 2;
  const across = Math.cos(radians(latitudeA)) * Math.cos(radians(latitudeB)) * half(longitudeA, longitudeB);
  return 2 * earthRadiusKm * Math.asin(Math.sqrt(half(latitudeA, latitudeB) + across));
};
