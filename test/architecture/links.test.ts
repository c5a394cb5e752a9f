import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import GithubSlugger from 'github-slugger';
import MarkdownIt, { type Token } from 'markdown-it';
import { globSync } from 'tinyglobby';
import { describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
const pages = globSync(['*.md', 'docs/**/*.md', 'packages/*/*.md', '.changeset/*.md'], { cwd: root }).sort();

const tokensOf = (text: string): Token[] =>
  new MarkdownIt({ html: true }).parse(text, {}).flatMap((token) => [token, ...(token.children ?? [])]);

/** Where a page links to, as it says. */
const linksOf = (text: string): string[] =>
  tokensOf(text).flatMap(({ type, attrs }) => {
    const attribute = type === 'link_open' ? 'href' : type === 'image' ? 'src' : undefined;
    const value = attribute && new Map(attrs).get(attribute);
    return value ? [value] : [];
  });

/** The anchors that GitHub gives the headings of a page. */
const anchorsOf = (text: string): Set<string> => {
  const slugger = new GithubSlugger();
  const tokens = new MarkdownIt().parse(text, {});
  const headings = tokens.filter((_, index) => tokens[index - 1]?.type === 'heading_open');
  return new Set(
    headings.map(({ children }) => slugger.slug((children ?? []).map(({ content }) => content).join(''))),
  );
};

/** Links of a page that lead nowhere, offline: those to other places are not followed. */
const brokenLinks = (page: string, text: string): string[] =>
  linksOf(text).filter((link) => {
    if (/^[a-z]+:/.test(link)) return false;
    const [path = '', anchor] = decodeURI(link).split('#');
    const file = path === '' ? join(root, page) : join(root, dirname(page), path);
    if (relative(root, file).startsWith('..') || !existsSync(file)) return true;
    if (anchor === undefined) return false;
    const linked = path === '' ? text : statSync(file).isFile() ? readFileSync(file, 'utf8') : '';
    return !anchorsOf(linked).has(anchor);
  });

describe('the documentation', () => {
  it.each(pages)('%s has no link and no anchor that leads nowhere', (page) => {
    expect(brokenLinks(page, readFileSync(join(root, page), 'utf8'))).toEqual([]);
  });

  it('is checked by what notices a file, an anchor and a page of its own that are missing', () => {
    const text =
      '# A `b` & c\n\n[1](none.md) [2](cli.md#none) [3](#none) [4](cli.md#targets) [5](#a-b--c) ![6](no.svg)';
    expect(brokenLinks('docs/concepts.md', text)).toEqual(['none.md', 'cli.md#none', '#none', 'no.svg']);
  });

  it('is indexed as a whole in docs/README.md', () => {
    const links = linksOf(readFileSync(join(root, 'docs/README.md'), 'utf8')).map(
      (link) => link.split('#')[0],
    );
    const missing = pages
      .filter((page) => page.startsWith('docs/') && page !== 'docs/README.md')
      .filter((page) => !links.includes(relative('docs', page)));
    expect(missing).toEqual([]);
  });
});
