/**
 * Whether a pattern of a certificate fits `Service.Method`, by the rules of Go's `filepath.Match`: `*`, `?`, `[a-z]`, `[^a-z]`, and a backslash before
 * what is meant literally. A malformed pattern fits nothing.
 */
export const matchesGlob = (pattern: string, text: string): boolean => {
  const expression = toExpression(pattern);
  return expression?.test(text) === true;
};

const token = /\*|\?|\\(.)|\[(\^?)((?:\\.|[^\]\\])+)\]|([^\\[])/gsy;
const special = /[\\^$.*+?()[\]{}|/-]/g;

const escaped = (text: string): string => text.replace(special, '\\$&');

const toExpression = (pattern: string): RegExp | undefined => {
  let source = '';
  let end = 0;
  for (const [found, literal, negation, set, plain] of pattern.matchAll(token)) {
    end += found.length;
    if (found === '*') source += '[^/]*';
    else if (found === '?') source += '[^/]';
    else if (set !== undefined) source += `[${negation}${setOf(set)}]`;
    else source += escaped(literal ?? plain ?? '');
  }
  if (end !== pattern.length) return undefined;
  try {
    return new RegExp(`^${source}$`, 's');
  } catch {
    // A range that runs backwards.
    return undefined;
  }
};

/** Characters and ranges; a hyphen between two characters makes a range. */
const setOf = (set: string): string =>
  [...set.matchAll(/(\\.|[^\\])(?:-(\\.|[^\\]))?/gs)]
    .map(([, from = '', to]) => escaped(bare(from)) + (to === undefined ? '' : `-${escaped(bare(to))}`))
    .join('');

const bare = (character: string): string => (character.startsWith('\\') ? character.slice(1) : character);
