import { AmiPublisherError, type AmiSelection, Amis, parseGrantees } from '@ami-publisher/core';
import type { Context } from '../../context.js';
import { readResultsFiles } from '../../input/results-files.js';
import { tagSearchOf } from '../../input/tag-search.js';
import { carryOut } from '../change.js';
import type { CommandRunner } from '../definition.js';

type Options = Readonly<Record<string, unknown>>;

/** `share [RESULTS-FILE...] --with GRANTEE` */
export const share: CommandRunner = async (files, options) => {
  const select = await selectionOf(files.flat(), options);
  const grantees = granteesOf(options, 'with');
  return carryOut(options, async (context, how) =>
    new Amis(context.operations).share(await select(context), grantees, {
      grant: options.grant === true,
      ...how,
    }),
  );
};

/** `unshare [RESULTS-FILE...] --from GRANTEE` */
export const unshare: CommandRunner = async (files, options) => {
  const select = await selectionOf(files.flat(), options);
  const grantees = granteesOf(options, 'from');
  return carryOut(options, async (context, how) =>
    new Amis(context.operations).unshare(await select(context), grantees, how),
  );
};

/** Checked before any account is asked; several may be in one value, with commas between them. @throws `INVALID_OPTION` */
const granteesOf = (options: Options, name: string): string[] => {
  const given = ((options[name] as string[] | undefined) ?? []).flatMap((value) => value.split(','));
  return parseGrantees(given, name).map(({ id }) => id);
};

/** Results files, or a search by tags; @throws `INVALID_OPTION` for both or neither */
const selectionOf = async (
  files: readonly string[],
  options: Options,
): Promise<(context: Context) => Promise<AmiSelection>> => {
  const search = await tagSearchOf(options);
  const isSearch = Object.keys(search.searchTags).length > 0;
  if (isSearch === files.length > 0) throw eitherOr();
  if (isSearch) return async (context) => ({ targets: await context.resolveTargets(), search });
  const resources = await readResultsFiles(files);
  return async () => resources;
};

const eitherOr = (): AmiPublisherError =>
  new AmiPublisherError('INVALID_OPTION', {
    message: 'expected either results files or --search-tag, to say which AMIs are meant',
    resource: 'search-tag',
  });
