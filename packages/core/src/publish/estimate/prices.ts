/** What AWS asks in one region, on demand, US dollars, without tax. */
export interface RegionPrices {
  /** gp3 storage, per GiB (AWS writes GB) and month. */
  readonly gp3UsdPerGiBMonth: number;
  /** Snapshot storage, standard tier, per GiB and month. */
  readonly snapshotUsdPerGiBMonth: number;
  /** gp3 IOPS above 3,000, each and month. */
  readonly iopsUsdPerMonth?: number;
  /** gp3 throughput above 125 MiB/s, per MiB/s and month. */
  readonly throughputUsdPerMiBpsMonth?: number;
}

/**
 * EBS prices as AWS's price list words them ("$0.08 per GB-month of General Purpose (gp3) provisioned storage - US East (N. Virginia)", "$0.05 per
 * GB-Month of snapshot data stored - …"), copied from places that quote it; the price list itself, https://aws.amazon.com/ebs/pricing/, decides.
 * Only regions of which both prices were found quoted are here. A region that is missing has no price, and estimates say so.
 */
export const ebsPrices = {
  /** When they were put together; the quotations are of 2019 to 2026. */
  asOf: '2026-11-22',
  source: 'https://aws.amazon.com/ebs/pricing/',
  regions: {
    // gp3, IOPS, throughput: price list of 2026-07-24. Snapshot: price lists since 2017.
    'us-east-1': {
      gp3UsdPerGiBMonth: 0.08,
      snapshotUsdPerGiBMonth: 0.05,
      iopsUsdPerMonth: 0.005,
      throughputUsdPerMiBpsMonth: 0.04,
    },
    // gp3: price list, publication 20260910195514. Snapshot: a bill that quotes it.
    'ap-northeast-1': { gp3UsdPerGiBMonth: 0.096, snapshotUsdPerGiBMonth: 0.05 },
    // Both: bills that quote it.
    'ap-northeast-2': { gp3UsdPerGiBMonth: 0.0912, snapshotUsdPerGiBMonth: 0.05 },
    // gp3: answer of the price list API. Snapshot: AWS's former list of EBS prices (pricing-ebs.js).
    'eu-west-1': { gp3UsdPerGiBMonth: 0.088, snapshotUsdPerGiBMonth: 0.05 },
  } satisfies Readonly<Record<string, RegionPrices>>,
} as const;

/** @returns undefined where no price is known. */
export const pricesOf = (region: string): RegionPrices | undefined =>
  (ebsPrices.regions as Readonly<Record<string, RegionPrices>>)[region];
