/**
 * Finishes every publication that was cut short or failed, by its journal: for a machine that comes up again.
 *
 *   node examples/resume.ts
 */
import { isAmiPublisherError, PublicationJournals } from '@ami-publisher/core';
import { openPublisher } from './open-publisher.js';

/** States of a target that leave something to do. */
const open: ReadonlySet<string> = new Set(['unfinished', 'failed', 'cancelled']);

const { journals, publisher, close } = await openPublisher();
try {
  const { found, damaged } = await new PublicationJournals(journals).list();
  for (const { publicationId, targets } of found) {
    if (!targets.some(({ state }) => open.has(state))) continue;
    try {
      const { ok } = await (await publisher.resume(publicationId)).results;
      console.log(`${publicationId}: ${ok ? 'finished' : 'not complete'}`);
      if (!ok) process.exitCode = 1;
    } catch (error) {
      // Another process that works on it holds its journal.
      console.error(isAmiPublisherError(error) ? `${error.code}: ${error.message}` : error);
      process.exitCode = 1;
    }
  }
  for (const error of damaged) console.error(error.message);
} finally {
  await close();
}
