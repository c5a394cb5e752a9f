import { formatTime, withoutPlace } from '@ami-publisher/base';
import {
  PublicationJournals,
  type PublicationStatus,
  statusByTags,
  type TaggedStatus,
} from '@ami-publisher/core';
import { createContext, openJournals } from '../context.js';
import { exitCodes } from '../exit-codes.js';
import { outputOptionsOf, type TableView, writeResult } from '../output/render.js';
import { notice } from '../progress/notice.js';
import { withStatus } from '../progress/status-line.js';
import type { CommandRunner } from './definition.js';
import { othersWithout, whichPublication } from './which-publication.js';

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

const taggedView: TableView<TaggedStatus> = {
  head: ['TARGET', 'STATE', 'AMI', 'SNAPSHOT', 'VOLUME', 'MESSAGE'],
  sentences: true,
  expendable: ['VOLUME', 'SNAPSHOT'],
  empty: 'nothing of it was found',
  rows: ({ targets }) =>
    targets
      .filter(({ state }) => state !== 'nothing')
      .map(({ account, region, state, images, snapshots, volumes, message }) => [
        `${account},${region}`,
        state,
        listed(images.map(({ imageId, state: now }) => `${imageId} ${now}`)),
        listed(
          snapshots.map(
            ({ snapshotId, state: now, progressPercent }) =>
              `${snapshotId} ${now === 'pending' ? `${progressPercent} %` : now}`,
          ),
        ),
        listed(
          volumes.map(
            ({ volumeId, state: now, usedSinceBy }) =>
              `${volumeId} ${usedSinceBy === null ? now : `of ${usedSinceBy}`}`,
          ),
        ),
        withoutPlace(message ?? '', `${account},${region}`),
      ]),
  footer: ({ origin, targets }) => [
    ...othersWithout(targets),
    ...(origin === null
      ? []
      : ['', `image ${origin.stream}/${origin.leaf}, digest ${origin.manifestDigest.slice(0, 16)}…`]),
  ],
};

const listed = (resources: readonly string[]): string => resources.join(', ') || '-';

/** `status PUBLICATION-ID`, `status --publication ID` */
export const status: CommandRunner = async (positional, options) => {
  const { publicationId, byTags } = whichPublication(positional, options);
  if (byTags) return showTagged(publicationId, options);
  await writeResult(
    await new PublicationJournals(await openJournals(options)).status(publicationId),
    statusView,
    outputOptionsOf(options),
  );
  return exitCodes.success;
};

const showTagged = async (publicationId: string, options: Record<string, unknown>): Promise<number> => {
  const context = await createContext(options);
  try {
    const targets = await context.resolveTargets();
    for (const message of targets.notices) notice(`note: ${message}`);
    const found = await withStatus(options, `Looking for ${publicationId} by its tags`, () =>
      statusByTags(context.cloud, publicationId, targets, { signal: context.signal }),
    );
    await writeResult(found, taggedView, outputOptionsOf(options));
    return found.ok ? exitCodes.success : exitCodes.failure;
  } finally {
    await context.close();
  }
};

/** `publications list` */
export const listPublications: CommandRunner = async (_positional, options) => {
  const { found, damaged } = await new PublicationJournals(await openJournals(options)).list();
  for (const error of damaged) process.stderr.write(`warning: ${error.message}\n`);
  await writeResult(found, listView, outputOptionsOf(options));
  return exitCodes.success;
};
