import { type PublicationResults, toReferenceResults } from '@ami-publisher/core';

/** The results of a command of ours in the reference's shape (reference 1.12). */
export type OldResults = (results: unknown) => unknown;

interface Place {
  readonly account: string;
  readonly region: string;
}

/** `publish`: entries of targets that were left out for want of an unpacker are left out here too. */
export const published: OldResults = (results) => {
  const { targets, ...rest } = results as PublicationResults;
  const meant = targets.filter(({ status, imageId }) => status !== 'skipped' || imageId !== undefined);
  return toReferenceResults({ ...rest, targets: meant });
};

/** `list-streams`: every stream once, in the order of versions. */
export const streamNames: OldResults = (rows) => {
  const names = (rows as readonly { readonly stream?: string }[]).flatMap(({ stream }) => stream ?? []);
  return [...new Set(names)].sort(compareVersions);
};

/** Runs of digits count as numbers, all else byte by byte, and what another begins with comes first. */
const compareVersions = (a: string, b: string): number => {
  const [left, right] = [partsOf(a), partsOf(b)];
  for (const [at, one] of left.entries()) {
    const other = right[at];
    if (other === undefined) return 1;
    const difference = /^\d/.test(one) && /^\d/.test(other) ? Number(one) - Number(other) : bytes(one, other);
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
};

const partsOf = (name: string): readonly string[] => name.match(/\d+|\D/g) ?? [];

const bytes = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

interface UnpackerRow extends Place {
  readonly instanceId?: string;
  readonly state?: string;
  readonly privateIp?: string;
  readonly lastUsedAt?: string;
}

/** `list-unpackers`: one entry per target that has any. */
export const unpackers: OldResults = (rows) => {
  const byTarget = new Map<string, UnpackerRow[]>();
  for (const row of rows as readonly UnpackerRow[]) {
    const name = `${row.account},${row.region}`;
    if (row.instanceId !== undefined) byTarget.set(name, [...(byTarget.get(name) ?? []), row]);
  }
  return [...byTarget.values()].map((found) => ({
    AccountName: found[0]?.account,
    Region: found[0]?.region,
    Unpackers: found.map(({ instanceId, privateIp, state, lastUsedAt }) => ({
      InstanceId: instanceId,
      IpAddress: privateIp ?? '',
      State: state,
      ...(lastUsedAt !== undefined && { TimeSinceLastUsed: formatAge(Date.now() - Date.parse(lastUsedAt)) }),
    })),
  }));
};

/** As the reference writes ages: `812ms`, `4.21s`, `1h2m3s`, `2d3h0m5s`. */
export const formatAge = (ms: number): string => {
  if (ms < 1_000) return `${Math.max(Math.round(ms), 0)}ms`;
  if (ms < 60_000) return `${Number((ms / 1_000).toPrecision(3))}s`;
  const parts = [
    [Math.floor(ms / 86_400_000), 'd'],
    [Math.floor(ms / 3_600_000) % 24, 'h'],
    [Math.floor(ms / 60_000) % 60, 'm'],
    [Math.floor(ms / 1_000) % 60, 's'],
  ] as const;
  const first = parts.findIndex(([amount]) => amount > 0);
  return parts
    .slice(first)
    .map(([amount, unit]) => `${amount}${unit}`)
    .join('');
};

interface InstanceChange {
  readonly value?: { readonly instanceId?: string; readonly privateIp?: string };
  readonly message?: string;
}

/** `launch-instances`, `launch-instances-for-images`, `start-instances`: an entry for each instance, and for each target that has none. */
export const instances: OldResults = (results) => {
  const { targets } = results as {
    readonly targets: readonly (Place & { message?: string; changes: readonly InstanceChange[] })[];
  };
  return targets.flatMap(({ account, region, message, changes }) => {
    const place = { AccountName: account, Region: region };
    if (changes.length === 0) return [{ ...place, ...(message !== undefined && { Error: message }) }];
    return changes.map(({ value, message: error }) => ({
      ...place,
      ...(value?.instanceId !== undefined && { InstanceId: value.instanceId }),
      ...(value?.privateIp !== undefined && { PrivateIp: value.privateIp }),
      ...(error !== undefined && { Error: error }),
    }));
  });
};
