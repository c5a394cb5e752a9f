import { AmiPublisherError } from '@ami-publisher/base';
import type { JournalRecord } from './journal.js';

/** Records as JSON lines. */
export const formatLines = (records: readonly JournalRecord[]): string =>
  records.map((record) => `${JSON.stringify(record)}\n`).join('');

export interface ParsedLines {
  readonly records: readonly JournalRecord[];
  /** Bytes up to the end of the last whole line; what follows is torn. */
  readonly length: number;
}

const newLine = 0x0a;

/**
 * Reads JSON lines, up to the end of the last whole one.
 *
 * @param place file or object, for messages.
 * @throws `JOURNAL_DAMAGED` naming place and line.
 */
export const parseLines = (bytes: Uint8Array, place: string): ParsedLines => {
  const length = bytes.lastIndexOf(newLine) + 1;
  const lines = new TextDecoder().decode(bytes.subarray(0, length)).split('\n').slice(0, -1);
  return { length, records: lines.map((line, index) => parseLine(line, `${place}:${index + 1}`)) };
};

const parseLine = (line: string, place: string): JournalRecord => {
  try {
    return JSON.parse(line) as JournalRecord;
  } catch (cause) {
    throw journalDamaged(`${place} is not JSON`, place, cause);
  }
};

/** The error of a journal that cannot be trusted as a whole. */
export const journalDamaged = (message: string, resource: string, cause?: unknown): AmiPublisherError =>
  new AmiPublisherError('JOURNAL_DAMAGED', {
    message,
    resource,
    remedy: 'restore it from a backup, or roll the publication back by its tags (`rollback --publication`)',
    cause,
  });

const findOut = 'list what there is with `ami-publisher publications list`';

/**
 * Ids become names of files and objects.
 *
 * @throws `PUBLICATION_NOT_FOUND` for what could never be one.
 */
export const checkPublicationId = (publicationId: string): void => {
  if (/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/.test(publicationId)) return;
  throw new AmiPublisherError('PUBLICATION_NOT_FOUND', {
    message: `${JSON.stringify(publicationId)} is no publication id`,
    remedy: findOut,
  });
};

/** @param where folder or bucket that was looked in. */
export const noSuchPublication = (publicationId: string, where: string, cause?: unknown): AmiPublisherError =>
  new AmiPublisherError('PUBLICATION_NOT_FOUND', {
    message: `there is no journal of ${publicationId} in ${where}`,
    resource: publicationId,
    remedy: `${findOut}, or look by tags with \`ami-publisher status --publication ${publicationId}\``,
    cause,
  });

/** The error of `create` for an id that has a journal. */
export const publicationExists = (publicationId: string, where: string, cause?: unknown): AmiPublisherError =>
  new AmiPublisherError('PUBLICATION_LOCKED', {
    message: `there is a journal of ${publicationId} in ${where} already`,
    resource: publicationId,
    remedy: `go on with it by \`ami-publisher resume ${publicationId}\`, or make another plan`,
    cause,
  });
