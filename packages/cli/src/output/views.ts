import {
  formatTarget,
  type PublicationPlan,
  type PublicationResults,
  type TargetResult,
} from '@ami-publisher/core';
import { formatBytes, formatDuration, withoutPlace } from './quantities.js';
import type { TableView } from './table.js';

/** A plan: what each target's steps would do. */
export const planView: TableView<PublicationPlan> = {
  head: ['TARGET', 'WOULD'],
  sentences: true,
  rows: (plan) => [
    ...plan.targets.map(({ target, actions }) => [`${target.account},${target.region}`, actions.join('; ')]),
    ...plan.skipped.map(({ target, reason }) => [
      `${target.account},${target.region}`,
      `do nothing: ${reason}`,
    ]),
    ...plan.failures.map(({ account, region, message }) => [
      `${account},${region}`,
      `fail: ${withoutPlace(message, `${account},${region}`)}`,
    ]),
  ],
  footer: (plan) => [
    '',
    `image ${plan.options.stream}/${plan.options.leaf}: ${plan.entryCount} entries, ${formatBytes(plan.contentBytes)}, digest ${plan.manifestDigest.slice(0, 16)}…`,
    ...plan.notices.map((notice) => `note: ${notice}`),
  ],
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
