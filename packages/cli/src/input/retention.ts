import { invalidOption, parseDuration } from '@ami-publisher/base';

/**
 * How long what is retired can be had again, ms, as `--after` says; null = it is deleted at once, as `--now` says; undefined = neither is given.
 *
 * @throws `INVALID_OPTION` for both together, as they contradict each other.
 */
export const retentionOf = ({ now, after }: Readonly<Record<string, unknown>>): number | null | undefined => {
  if (now === true && after !== undefined)
    throw invalidOption('after', 'left out together with --now', after);
  if (now === true) return null;
  return typeof after === 'string' ? parseDuration('after', after) : undefined;
};
