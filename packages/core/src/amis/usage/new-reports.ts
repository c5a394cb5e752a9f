import { randomUUID } from 'node:crypto';
import { type Clock, isAmiPublisherError, toAmiPublisherError } from '@ami-publisher/base';
import type { ImageUsageReport, ImageUsageResourceTypeRequest } from '@aws-sdk/client-ec2';
import pMap from 'p-map';
import { formatTarget } from '../../target/target.js';
import type { Reason } from './reason.js';
import { findReports, type ReportFindings, type ReportLook, readReports, untold } from './report-entries.js';

/** What making reports works with. */
export interface ReportMaking extends ReportLook {
  readonly clock: Clock;
  /** How long they are waited for, all together. */
  readonly timeoutMs: number;
}

/** Calls of one target at once. */
const concurrency = 8;
const firstPollMs = 1_000;
/** As often as the waiter of AWS's SDK. */
const longestPollMs = 15_000;

/** All that AWS reports on, in all accounts; of launch templates all the versions that it looks at, rather than 20. */
const resourceTypes: ImageUsageResourceTypeRequest[] = [
  { ResourceType: 'ec2:Instance' },
  {
    ResourceType: 'ec2:LaunchTemplate',
    ResourceTypeOptions: [{ OptionName: 'version-depth', OptionValues: ['10000'] }],
  },
  { ResourceType: 'imagebuilder:ContainerRecipe' },
  { ResourceType: 'imagebuilder:ImageRecipe' },
];

/** A report of ours, of one AMI. */
interface Made {
  readonly imageId: string;
  readonly reportId: string;
}

/**
 * Has AWS report which accounts use the AMIs, waits until it has, reads the reports and deletes them, whatever happens. An AMI whose report
 * cannot be had, or does not come in time, is in use.
 */
export const makeReports = async (
  making: ReportMaking,
  imageIds: readonly string[],
): Promise<ReportFindings> => {
  const found = new Map<string, readonly Reason[]>();
  const made: Made[] = [];
  const leftOver: string[] = [];
  try {
    const orders = await pMap(imageIds, (imageId) => order(making, imageId, made), { concurrency });
    making.signal?.throwIfAborted();
    for (const failed of orders) if (failed !== undefined) found.set(...failed);
    for (const [imageId, reasons] of await readMade(making, made)) found.set(imageId, reasons);
  } finally {
    leftOver.push(...(await deleteAll(making, made)));
  }
  return { found, notices: [...kept(making, found), ...remaining(making, leftOver)] };
};

type Finding = readonly [imageId: string, reasons: readonly Reason[]];

/** Adds the report to those that were made. @returns why there is none */
const order = async (making: ReportMaking, imageId: string, made: Made[]): Promise<Finding | undefined> => {
  const request = { ImageId: imageId, ResourceTypes: resourceTypes, ClientToken: randomUUID() };
  try {
    const { ReportId = '' } = await making.ec2.createImageUsageReport(request, { signal: making.signal });
    made.push({ imageId, reportId: ReportId });
    return undefined;
  } catch (reason) {
    // Not thrown when cancelled: whatever is under way has to end before it can be deleted.
    return [imageId, [untold(making, toAmiPublisherError(reason).message)]];
  }
};

const readMade = async (making: ReportMaking, made: readonly Made[]): Promise<Finding[]> => {
  try {
    const reports = await untilReady(
      making,
      made.map(({ reportId }) => reportId),
    );
    const states = new Map(reports.map((report) => [report.ReportId, report]));
    const isReady = ({ reportId }: Made) => states.get(reportId)?.State === 'available';
    const uses = await readReports(
      making,
      made.filter(isReady).map(({ reportId }) => reportId),
    );
    const failed = made.filter((report) => !isReady(report));
    return [
      ...uses,
      ...failed.map(({ imageId, reportId }): Finding => {
        return [imageId, [untold(making, whyNotReady(reportId, states.get(reportId)))]];
      }),
    ];
  } catch (reason) {
    making.signal?.throwIfAborted();
    const unknown = untold(making, toAmiPublisherError(reason).message);
    return made.map(({ imageId }): Finding => [imageId, [unknown]]);
  }
};

const whyNotReady = (reportId: string, report: ImageUsageReport | undefined): string =>
  report?.State === 'error'
    ? `${reportId} failed: ${report.StateReason ?? 'AWS gives no reason'}`
    : `${reportId} did not become available in time`;

/** The reports, once none is pending any more or the time is over. */
const untilReady = async (
  making: ReportMaking,
  reportIds: readonly string[],
): Promise<readonly ImageUsageReport[]> => {
  const { clock, signal, timeoutMs } = making;
  const deadline = clock.now() + timeoutMs;
  const ended: ImageUsageReport[] = [];
  let open = reportIds;
  for (let pollMs = firstPollMs; open.length > 0; pollMs = Math.min(2 * pollMs, longestPollMs)) {
    const reports = await findReports(making, open);
    ended.push(...reports.filter(({ State }) => State !== 'pending'));
    const seen = new Set(ended.map(({ ReportId }) => ReportId));
    open = open.filter((id) => !seen.has(id));
    const leftMs = deadline - clock.now();
    if (leftMs <= 0) break;
    if (open.length > 0) await clock.sleep(Math.min(pollMs, leftMs), signal);
  }
  return ended;
};

/** Without the signal: a command that is cancelled cleans up too. @returns ids of those that could not be deleted */
const deleteAll = async ({ ec2 }: ReportMaking, made: readonly Made[]): Promise<string[]> => {
  const left = await pMap(
    made,
    async ({ reportId }) => {
      try {
        await ec2.deleteImageUsageReport({ ReportId: reportId });
        return [];
      } catch (reason) {
        return isAmiPublisherError(reason) && reason.code === 'AWS_NOT_FOUND' ? [] : [reportId];
      }
    },
    { concurrency },
  );
  return left.flat();
};

/** AMIs that are kept for want of a report would otherwise go unnoticed. */
const kept = ({ target }: ReportMaking, found: ReadonlyMap<string, readonly Reason[]>): string[] => {
  const unknown = [...found].filter(([, reasons]) => reasons.some(({ kind }) => kind === 'unknown'));
  const [first] = unknown;
  if (first === undefined) return [];
  const [imageId, [reason]] = first;
  return [
    `AMIs of ${formatTarget(target)} that are kept for want of a usage report: ${unknown.length}, as ${imageId}: ${reason?.text}`,
  ];
};

const remaining = ({ target }: ReportMaking, reportIds: readonly string[]): string[] =>
  reportIds.length === 0
    ? []
    : [
        `usage reports ${reportIds.join(', ')} of ${formatTarget(target)} could not be deleted; AWS deletes them after 30 days`,
      ];
