import { type Clock, toAmiPublisherError } from '@ami-publisher/base';
import { formatTarget } from '../../target/target.js';
import { makeReports } from './new-reports.js';
import type { ResolvedUsageOptions } from './options.js';
import { listReports, type ReportFindings, type ReportLook, readReports, untold } from './report-entries.js';

/**
 * Looks whether other accounts use the AMIs, as AWS reports it, up to some days late. Reports that are there are read; with the option
 * `usageReports` new ones are made of the AMIs of which those tell no use. What cannot be told counts as a use with the option, and is a
 * notice without.
 */
export const lookAtReports = async (
  look: ReportLook & { readonly clock: Clock; readonly options: ResolvedUsageOptions },
  imageIds: readonly string[],
): Promise<ReportFindings> => {
  if (imageIds.length === 0) return { found: new Map(), notices: [] };
  const { usageReports, usageReportsTimeoutMs: timeoutMs } = look.options;
  const there = await readThere(look, imageIds, usageReports);
  if (!usageReports) return there;
  const left = imageIds.filter((id) => !there.found.has(id));
  const made = await makeReports({ ...look, timeoutMs }, left);
  return {
    found: new Map([...there.found, ...made.found]),
    notices: [...there.notices, ...made.notices],
  };
};

const readThere = async (
  look: ReportLook,
  imageIds: readonly string[],
  isAsked: boolean,
): Promise<ReportFindings> => {
  try {
    const ids = new Set(imageIds);
    const told = (await listReports(look)).filter(
      ({ State, ImageId = '' }) => State === 'available' && ids.has(ImageId),
    );
    const found = await readReports(
      look,
      told.flatMap(({ ReportId }) => ReportId ?? []),
    );
    return { found, notices: [] };
  } catch (reason) {
    look.signal?.throwIfAborted();
    const { message } = toAmiPublisherError(reason);
    const what = `usage reports of ${formatTarget(look.target)} could not be read`;
    if (!isAsked) return { found: new Map(), notices: [`${what}: ${message}`] };
    const unknown = [untold(look, message)];
    return {
      found: new Map(imageIds.map((id) => [id, unknown])),
      notices: [`${what}, so its AMIs are kept: ${message}`],
    };
  }
};
