import type {
  DescribeImageUsageReportEntriesRequest,
  ImageUsageReport,
  ImageUsageReportEntry,
} from '@aws-sdk/client-ec2';
import { allPages } from '../../cloud/describe.js';
import type { CallOptions, Ec2Api } from '../../cloud/ec2-api.js';
import type { Target } from '../../target/target.js';
import { batchesOf } from './batches.js';
import { unknownReason } from './last-look.js';
import type { FoundReasons, Reason } from './reason.js';

/** Where usage reports are read. */
export interface ReportLook extends CallOptions {
  readonly target: Target;
  readonly ec2: Ec2Api;
}

/** What usage reports tell, and what the user should know of it. */
export interface ReportFindings {
  readonly found: FoundReasons;
  readonly notices: readonly string[];
}

const reportsPerPage = 200;
/** AWS's limit of ids in a call. */
const idsPerCall = 200;

/** All reports of a target, of whatever AMI. */
export const listReports = ({ ec2, signal }: ReportLook): Promise<ImageUsageReport[]> =>
  allPages(
    (page) => ec2.describeImageUsageReports({ MaxResults: reportsPerPage, ...page }, { signal }),
    (page) => page.ImageUsageReports,
  );

/** Reports by their ids; EC2 takes no page size beside ids. */
export const findReports = async (
  { ec2, signal }: ReportLook,
  reportIds: readonly string[],
): Promise<ImageUsageReport[]> => {
  const found: ImageUsageReport[] = [];
  for (const ReportIds of batchesOf(idsPerCall, reportIds)) {
    const reports = await allPages(
      (page) => ec2.describeImageUsageReports({ ReportIds, ...page }, { signal }),
      (page) => page.ImageUsageReports,
    );
    found.push(...reports);
  }
  return found;
};

/** What reports tell of use by accounts other than the owner. */
export const readReports = async (look: ReportLook, reportIds: readonly string[]): Promise<FoundReasons> => {
  const found = new Map<string, Reason[]>();
  for (const ReportIds of batchesOf(idsPerCall, reportIds))
    for (const entry of await readEntries(look, { ReportIds })) {
      const { ImageId = '' } = entry;
      const reasons = usesOfOthers(look, entry);
      if (reasons.length > 0) found.set(ImageId, [...(found.get(ImageId) ?? []), ...reasons]);
    }
  return found;
};

/**
 * What the reports that are there now tell of one AMI, for the look right before it goes. That they cannot be read was told when it was planned,
 * and counted as a use then if it has to.
 */
export const reportedNow = async (look: ReportLook, imageId: string): Promise<Reason[]> => {
  try {
    const entries = await readEntries(look, { ImageIds: [imageId] });
    return entries.flatMap((entry) => usesOfOthers(look, entry));
  } catch {
    look.signal?.throwIfAborted();
    return [];
  }
};

const readEntries = (
  { ec2, signal }: ReportLook,
  request: DescribeImageUsageReportEntriesRequest,
): Promise<ImageUsageReportEntry[]> =>
  allPages(
    (page) => ec2.describeImageUsageReportEntries({ ...request, ...page }, { signal }),
    (page) => page.ImageUsageReportEntries,
  );

/** The owner's own use is seen at first hand. */
const usesOfOthers = ({ target }: ReportLook, entry: ImageUsageReportEntry): Reason[] => {
  const { AccountId, ReportCreationTime, ReportId = '', ResourceType = 'unknown', UsageCount = 0 } = entry;
  if (AccountId === target.accountId || UsageCount === 0) return [];
  const date = ReportCreationTime?.toISOString() ?? 'an unknown date';
  return [
    {
      kind: 'usage-report',
      ...{ account: target.account, region: target.region, resource: ReportId },
      text: `account ${AccountId} uses it in ${UsageCount} of ${ResourceType}, as the usage report of ${date} tells`,
    },
  ];
};

/** That it cannot be told whether other accounts use an AMI. */
export const untold = ({ target }: ReportLook, message: string): Reason =>
  unknownReason(target, 'usage reports', message);
