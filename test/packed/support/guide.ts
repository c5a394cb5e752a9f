import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import MarkdownIt from 'markdown-it';
import { root } from './public-packages.js';

/** Commands of a guide that stand together, and what it says that they print. */
export interface Section {
  /** The heading above. */
  readonly title: string;
  /** A line each. */
  readonly commands: readonly string[];
  /** Standard output of all of them; undefined where the guide does not show it. */
  readonly shown: string | undefined;
}

/** The fenced `sh` blocks of a page in order, each with the `text` block that follows it. */
export const sections = (page: string): Section[] => {
  const tokens = new MarkdownIt().parse(readFileSync(join(root, page), 'utf8'), {});
  const found: Section[] = [];
  let title = '';
  for (const [index, token] of tokens.entries()) {
    if (token.type === 'heading_open') title = tokens[index + 1]?.content ?? '';
    if (token.type !== 'fence' || token.info !== 'sh') continue;
    const next = tokens[index + 1];
    const shown = next?.type === 'fence' && next.info === 'text' ? next.content : undefined;
    found.push({ title, commands: token.content.trim().split('\n'), shown });
  }
  return found;
};

/** Lines without what differs from run to run: ids, times, addresses, digests, and the widths of columns that follow from them. */
export const comparable = (text: string): string[] =>
  text
    .trim()
    .split('\n')
    .map((line) =>
      line
        .replace(/\b(ami|snap|vol|i|pub)-[0-9a-f]{8,}(-[0-9a-f]{8})?/g, '$1-…')
        .replace(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/g, 'TIME')
        .replace(/(?<=\s)\d+(\.\d+)? m?s\b/g, 'DURATION')
        .replace(/\b127(\.\d+){3}/g, 'ADDRESS')
        .replace(/\b[0-9a-f]{16}…/g, 'DIGEST')
        .replace(/ +/g, ' ')
        .trimEnd(),
    );
