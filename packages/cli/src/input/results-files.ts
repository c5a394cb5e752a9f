import { readFile } from 'node:fs/promises';
import { AmiPublisherError } from '@ami-publisher/base';
import { type PublishedResource, parseResultsFile } from '@ami-publisher/core';
import { notice } from '../progress/notice.js';

/**
 * What results files name, in their order; says what they have nothing of.
 *
 * @throws `INVALID_OPTION` for a file that is none; nothing of the others is used then.
 */
export const readResultsFiles = async (files: readonly string[]): Promise<PublishedResource[]> => {
  const read = await Promise.all(files.map(readResultsFile));
  for (const { leftOut } of read) for (const sentence of leftOut) notice(`note: ${sentence}`);
  return read.flatMap(({ resources }) => resources);
};

/**
 * As {@link readResultsFiles}, but all entries have to name something.
 *
 * @throws `INVALID_OPTION` also for a file with an entry that names nothing.
 */
export const readCompleteResultsFiles = async (files: readonly string[]): Promise<PublishedResource[]> => {
  const read = await Promise.all(files.map(readResultsFile));
  const leftOut = read.flatMap((one) => one.leftOut);
  if (leftOut.length === 0) return read.flatMap(({ resources }) => resources);
  throw new AmiPublisherError('INVALID_OPTION', {
    message: `entries of results files failed: ${leftOut.join('; ')}`,
    remedy: 'publish again where it failed, or take these entries out of the files',
  });
};

const readResultsFile = async (file: string) => {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    throw new AmiPublisherError('INVALID_OPTION', {
      message: `cannot read the results file ${file}: ${(cause as Error).message}`,
      resource: file,
      remedy: 'name files that publish has written or printed',
      cause,
    });
  }
  return parseResultsFile(text, file);
};
