import { AmiPublisherError, counted } from '@ami-publisher/base';

/**
 * The publication that a command is about, and whether its journal or its tags are to tell; never one in place of the other.
 *
 * @throws `INVALID_OPTION` unless exactly one of the two is given.
 */
export const whichPublication = (
  [positional]: readonly (string | undefined)[],
  options: Readonly<Record<string, unknown>>,
): { readonly publicationId: string; readonly byTags: boolean } => {
  const tagged = typeof options.publication === 'string' ? options.publication : undefined;
  const publicationId = positional ?? tagged;
  if (publicationId !== undefined && (positional === undefined || tagged === undefined)) {
    return { publicationId, byTags: tagged !== undefined };
  }
  throw new AmiPublisherError('INVALID_OPTION', {
    message:
      publicationId === undefined ? 'no publication is named' : 'the publication is named twice, in two ways',
    remedy: 'give its id, to go by its journal, or --publication ID, to go by the tags of its resources',
  });
};

/** A line about the targets that a table by tags leaves out. */
export const othersWithout = (
  targets: readonly { readonly state?: string; readonly status?: string }[],
): string[] => {
  const others = targets.filter(({ state, status }) => (state ?? status) === 'nothing').length;
  // If nothing is left of the table, it says so itself.
  return others === 0 || others === targets.length
    ? []
    : ['', `nothing of it in ${counted(others, 'target')}`];
};
