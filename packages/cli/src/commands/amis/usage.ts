import { counted, parseDuration, parseWholeNumber } from '@ami-publisher/base';
import { AmiUsage, type UsageOptions, type UsageReport } from '@ami-publisher/core';
import { type Context, createContext, openJournals } from '../../context.js';
import { exitCodes } from '../../exit-codes.js';
import { retentionOf } from '../../input/retention.js';
import { tagSearchOf } from '../../input/tag-search.js';
import { outputOptionsOf, type TableView, writeResult } from '../../output/render.js';
import { replaceFile } from '../../output/replace-file.js';
import { notice } from '../../progress/notice.js';
import { withStatus } from '../../progress/status-line.js';
import { change } from '../change.js';
import type { CommandRunner } from '../definition.js';
import { imagesCsv, instancesCsv } from './usage-csv.js';
import { unusedView, usedView } from './usage-views.js';

type Options = Record<string, unknown>;

/** `list-used-images` */
export const listUsedImages: CommandRunner = (_positional, options) =>
  list(options, usedView, (usage, targets, how) => usage.listUsed(targets, how));

/** `list-unused-images` */
export const listUnusedImages: CommandRunner = (_positional, options) =>
  list(
    options,
    unusedView,
    (usage, targets, how) => usage.listUnused(targets, how),
    async ({ images, instances }) => {
      const { unusedImagesCsv, oldImageInstancesCsv } = options;
      const unused = images.filter(({ verdict }) => verdict === 'unused');
      if (typeof oldImageInstancesCsv === 'string')
        await replaceFile(oldImageInstancesCsv, instancesCsv(instances));
      if (typeof unusedImagesCsv === 'string') await replaceFile(unusedImagesCsv, imagesCsv(unused));
    },
  );

/** `delete-unused-images` */
export const deleteUnusedImages: CommandRunner = async (_positional, options) => {
  const request = {
    ...(await usageOptionsOf(options)),
    max: numberOf(options, 'max', 1),
    retentionMs: retentionOf(options),
  };
  return change(options, ({ cloud, operations }, targets, how) =>
    new AmiUsage(cloud).deleteUnused(operations, targets, request, how),
  );
};

const list = async (
  options: Options,
  view: TableView<UsageReport>,
  ask: (
    usage: AmiUsage,
    targets: Awaited<ReturnType<Context['resolveTargets']>>,
    how: UsageOptions,
  ) => Promise<UsageReport>,
  write: (report: UsageReport) => Promise<void> = async () => {},
): Promise<number> => {
  const how = await usageOptionsOf(options);
  const context = await createContext(options);
  try {
    const targets = await context.resolveTargets();
    for (const message of targets.notices) notice(`note: ${message}`);
    const report = await withStatus(
      options,
      `Looking into ${counted(targets.targets.length, 'target')}`,
      () => ask(new AmiUsage(context.cloud), targets, { ...how, signal: context.signal }),
    );
    for (const message of report.notices) notice(`note: ${message}`);
    await write(report);
    await writeResult(report, view, outputOptionsOf(options));
    return report.failures.length === 0 ? exitCodes.success : exitCodes.failure;
  } finally {
    await context.close();
  }
};

const usageOptionsOf = async (options: Options): Promise<UsageOptions> => ({
  ...(await tagSearchOf(options)),
  minAgeMs: durationOf(options, 'minAge'),
  launchedWithinMs: durationOf(options, 'launchedWithin'),
  usageReports: options.usageReports === true,
  usageReportsTimeoutMs: durationOf(options, 'reportTimeout'),
  keepLast: numberOf(options, 'keepLast', 0),
  concurrency: numberOf(options, 'concurrency', 1),
  journals: await openJournals(options),
});

const durationOf = (options: Options, name: string): number | undefined =>
  typeof options[name] === 'string' ? parseDuration(name, options[name]) : undefined;

const numberOf = (options: Options, name: string, least: number): number | undefined =>
  typeof options[name] === 'string' ? parseWholeNumber(name, options[name], least) : undefined;
