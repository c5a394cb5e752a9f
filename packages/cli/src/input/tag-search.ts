import { parseTags } from './tags.js';

type Tags = Record<string, string>;

/** What the options of a search by tags say. @throws `INVALID_OPTION` */
export const tagSearchOf = async (
  options: Readonly<Record<string, unknown>>,
): Promise<{ searchTags: Tags; excludeSearchTags: Tags; glob: boolean }> => ({
  searchTags: await tagsUnder(options, 'searchTags', 'searchTag'),
  excludeSearchTags: await tagsUnder(options, 'excludeSearchTags', 'excludeSearchTag'),
  glob: options.glob === true,
});

const tagsUnder = (options: Readonly<Record<string, unknown>>, list: string, single: string): Promise<Tags> =>
  parseTags(
    typeof options[list] === 'string' ? options[list] : undefined,
    (options[single] as string[] | undefined) ?? [],
  );
