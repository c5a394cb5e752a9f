const escapes: Readonly<Record<string, string>> = {
  '<': '\\u003c',
  '>': '\\u003e',
  '&': '\\u0026',
  '\u2028': '\\u2028',
  '\u2029': '\\u2029',
};

/** JSON as the reference prints it: indented by four, a line feed at the end, and no `<`, `>` or `&` that a web page would take for its own. */
export const toGoJson = (value: unknown): string => {
  const text = JSON.stringify(value, undefined, 4);
  // These characters stand in strings only.
  return `${text.replace(/[<>&\u2028\u2029]/g, (character) => escapes[character] ?? character)}\n`;
};
