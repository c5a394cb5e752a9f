import { PublicationJournals, type PublicationStatus } from '@ami-publisher/core';
import { openJournals } from '../context.js';
import { exitCodes } from '../exit-codes.js';
import { formatTime, withoutPlace } from '../output/quantities.js';
import { outputOptionsOf, type TableView, writeResult } from '../output/render.js';
import type { CommandRunner } from './definition.js';

const statusView: TableView<PublicationStatus> = {
  head: ['TARGET', 'STATE', 'LAST STEP', 'SNAPSHOT', 'AMI', 'MESSAGE'],
  sentences: true,
  expendable: ['SNAPSHOT', 'LAST STEP'],
  rows: ({ targets }) =>
    targets.map(({ account, region, state, lastStep, snapshotId, imageId, message }) => [
      `${account},${region}`,
      state,
      lastStep ?? '-',
      snapshotId ?? '-',
      imageId ?? '-',
      withoutPlace(message ?? '', `${account},${region}`),
    ]),
};

const listView: TableView<readonly PublicationStatus[]> = {
  head: ['PUBLICATION', 'CREATED', 'IMAGE', 'TARGETS'],
  expendable: ['CREATED'],
  empty: 'there are no journals of publications here yet',
  rows: (all) =>
    all.map(({ publicationId, createdAt, stream, leaf, targets }) => [
      publicationId,
      formatTime(createdAt),
      `${stream}/${leaf}`,
      countStates(targets.map(({ state }) => state)),
    ]),
};

const countStates = (states: readonly string[]): string =>
  [...new Set(states)]
    .map((state) => `${states.filter((other) => other === state).length} ${state}`)
    .join(', ') || 'nothing to do';

/** `status PUBLICATION-ID` */
export const status: CommandRunner = async ([publicationId = ''], options) => {
  await writeResult(
    await new PublicationJournals(await openJournals(options)).status(publicationId),
    statusView,
    outputOptionsOf(options),
  );
  return exitCodes.success;
};

/** `publications list` */
export const listPublications: CommandRunner = async (_positional, options) => {
  const { found, damaged } = await new PublicationJournals(await openJournals(options)).list();
  for (const error of damaged) process.stderr.write(`warning: ${error.message}\n`);
  await writeResult(found, listView, outputOptionsOf(options));
  return exitCodes.success;
};
