/**
 * Breaks a text at blanks into lines of at most `width` characters, each indented; a longer word stays whole, so that it can be copied.
 */
export const wrapText = (text: string, width: number, indent = ''): string[] => {
  const lines: string[] = [];
  for (const word of text.split(/\s+/).filter((part) => part !== '')) {
    const line = lines.at(-1);
    if (line !== undefined && line.length + 1 + word.length <= width)
      lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(`${indent}${word}`);
  }
  return lines;
};
