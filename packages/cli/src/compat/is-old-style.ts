const variable = 'AMI_PUBLISHER_COMPAT';

/**
 * Whether a command line is one of the reference's: `AMI_PUBLISHER_COMPAT=go` says so, or a long flag with a single dash, such as `-targets`.
 * Ours have short flags whose value may be attached (`-ojson`), so only the reference's own flags count.
 *
 * @throws `INVALID_OPTION` for another value of the variable
 */
export const isOldStyle = async (
  words: readonly string[],
  environment: NodeJS.ProcessEnv,
): Promise<boolean> => {
  const mode = environment[variable] || undefined;
  if (mode === 'go') return true;
  if (mode !== undefined) {
    const { invalidOption } = await import('@ami-publisher/base');
    throw invalidOption(variable, 'go, or nothing', mode);
  }
  const end = words.indexOf('--');
  const names = words
    .slice(0, end < 0 ? undefined : end)
    .flatMap((word) => /^-([A-Za-z][A-Za-z\d]+)(?:=|$)/.exec(word)?.[1] ?? []);
  if (names.length === 0) return false;
  const { oldFlags } = await import('./flags.js');
  return oldFlags.some(({ name }) => names.includes(name));
};
