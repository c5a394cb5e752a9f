import { formatBytes, formatDuration, withoutPlace } from '@ami-publisher/base';
import { formatTarget, type PublicationResults } from '@ami-publisher/core';
import type { TableView } from '../output/table.js';

/** Steps of a publication by column. */
const columns: Readonly<Record<string, readonly string[]>> = {
  CONNECT: ['unpacker', 'lease'],
  VOLUME: ['volume', 'attach', 'grow'],
  SCAN: ['prepare'],
  UNPACK: ['unpack'],
  SNAPSHOT: ['snapshot', 'release', 'complete'],
  REGISTER: ['register', 'available', 'protect', 'retire', 'announce'],
};

/** One release in every target: what came of it, and how long the steps took. */
export const releaseView: TableView<PublicationResults> = {
  head: [
    ...['TARGET', 'AMI', 'SNAPSHOT ID', 'FILES', 'FETCHED'],
    ...[...Object.keys(columns), 'TOTAL', 'MESSAGE'],
  ],
  sentences: true,
  expendable: ['CONNECT', 'SCAN', 'REGISTER', 'VOLUME', 'SNAPSHOT', 'SNAPSHOT ID'],
  rows: ({ targets }) =>
    targets.map((target) => [
      formatTarget(target),
      target.imageId ?? '-',
      target.snapshotId ?? '-',
      ...(target.status === 'published'
        ? [String(target.unpack.filesWritten), formatBytes(target.unpack.bytesFetched)]
        : [target.status, '-']),
      ...Object.values(columns).map((steps) =>
        formatDuration(steps.reduce((sum, step) => sum + (target.durationsMs[step] ?? 0), 0)),
      ),
      formatDuration(target.durationMs),
      'message' in target ? withoutPlace(target.message, formatTarget(target)) : '',
    ]),
};
