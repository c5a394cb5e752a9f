/** Words as one would type them at a shell: quoted where need be. */
export const toShell = (words: readonly string[]): string => words.map(quote).join(' ');

const quote = (word: string): string => {
  if (/^[\w@%+=:,./-]+$/.test(word)) return word;
  const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;
  const [, option, value] = /^(--[a-z][a-z-]*=)(.*)$/s.exec(word) ?? [];
  return option === undefined || value === undefined ? quoted(word) : `${option}${quoted(value)}`;
};
