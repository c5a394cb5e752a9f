import type { JournalStore, PublicationPlan } from '@ami-publisher/core';
import type { Attempt } from '../lifecycles/state.js';
import { workTagKeys } from './work-tags.js';

/** The publication that an attempt has begun, by the tags of its plan; undefined if it has begun none. */
export const publicationOf = async (journals: JournalStore, { id }: Attempt): Promise<string | undefined> => {
  for (const publicationId of await journals.list()) {
    const [first] = await journals.read(publicationId);
    if (first?.type !== 'publication') continue;
    const { options } = first.plan as PublicationPlan;
    if (options.tags[workTagKeys.attempt] === id) return publicationId;
  }
  return undefined;
};
