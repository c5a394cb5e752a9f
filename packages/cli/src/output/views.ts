import { formatBytes, formatDuration, withoutPlace } from '@ami-publisher/base';
import {
  type DurationBasis,
  formatTarget,
  type PublicationPlan,
  type PublicationResults,
  type TargetResult,
} from '@ami-publisher/core';
import type { TableView } from './table.js';

/** A plan: what each target's steps would do, and an estimate of time and cost. */
export const planView: TableView<PublicationPlan> = {
  head: ['TARGET', 'TIME', 'USD/MONTH', 'WOULD'],
  sentences: true,
  expendable: ['USD/MONTH', 'TIME'],
  rows: (plan) => [
    ...plan.targets.map(({ target, actions, estimate }) => [
      `${target.account},${target.region}`,
      `~${formatDuration(estimate.durationMs)}`,
      estimate.addedUsdPerMonthAtMost === null
        ? 'no price'
        : `<= ${estimate.addedUsdPerMonthAtMost.toFixed(2)}`,
      actions.join('; '),
    ]),
    ...plan.skipped.map(({ target, reason }) => [
      `${target.account},${target.region}`,
      '-',
      '-',
      `do nothing: ${reason}`,
    ]),
    ...plan.failures.map(({ account, region, message }) => [
      `${account},${region}`,
      '-',
      '-',
      `fail: ${withoutPlace(message, `${account},${region}`)}`,
    ]),
  ],
  footer: (plan) => [
    '',
    `image ${plan.options.stream}/${plan.options.leaf}: ${plan.entryCount} entries, ${formatBytes(plan.contentBytes)}, digest ${plan.manifestDigest.slice(0, 16)}…`,
    ...(plan.targets.length === 0 ? [] : estimateLines(plan)),
    ...plan.notices.map((notice) => `note: ${notice}`),
  ],
};

const basisTexts: Readonly<Record<DurationBasis, string>> = {
  target: 'from earlier publications to these targets',
  stream: 'from earlier publications of the stream',
  all: 'from earlier publications of any stream',
  assumed: 'partly assumed, for want of earlier publications',
};

const estimateLines = ({ targets, estimate }: PublicationPlan): string[] => {
  const { durationMs, durationBasis, addedUsdPerMonthAtMost, regionsWithoutPrice, pricesAsOf } = estimate;
  const isPriced = targets.some((target) => target.estimate.addedUsdPerMonthAtMost !== null);
  return [
    `time: about ${formatDuration(durationMs)} in all, ${basisTexts[durationBasis]}`,
    ...(isPriced
      ? [
          `cost: at most ${addedUsdPerMonthAtMost.toFixed(2)} USD a month more, if all of each volume changes`,
          `      (list prices of EBS without tax, table of ${pricesAsOf})`,
        ]
      : []),
    ...(regionsWithoutPrice.length === 0 ? [] : [`no price known for ${regionsWithoutPrice.join(', ')}`]),
  ];
};

/** The results: one row per target. */
export const resultsView: TableView<PublicationResults> = {
  head: ['TARGET', 'STATUS', 'AMI', 'SNAPSHOT', 'FILES', 'FETCHED', 'TIME', 'MESSAGE'],
  sentences: true,
  expendable: ['FETCHED', 'FILES', 'SNAPSHOT'],
  rows: ({ targets }) =>
    targets.map((target) => [
      `${target.account},${target.region}`,
      target.status,
      target.imageId ?? '-',
      target.snapshotId ?? '-',
      target.status === 'published' ? String(target.unpack.filesWritten) : '-',
      target.status === 'published' ? formatBytes(target.unpack.bytesFetched) : '-',
      formatDuration(target.durationMs),
      messageOf(target),
    ]),
};

const messageOf = (target: TargetResult): string => {
  if ('reason' in target) return target.reason;
  if (!('message' in target)) return '';
  return `${target.step}: ${withoutPlace(target.message, formatTarget(target))}`;
};
