import MarkdownIt from 'markdown-it';
import { describe, expect, it } from 'vitest';
import { code, details, escapeMarkdown, paragraphs, table } from './markdown.js';

const rendered = (markdown: string): string => new MarkdownIt('default', { html: true }).render(markdown);
const textOf = (html: string): string =>
  html
    .replace(/<[^>]+>/g, '')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&')
    .trim();

const nasty =
  'a|b <img src=x onerror=alert(1)> *c* `d` [e](http://f) ~~g~~ h_i_j @team :smile: \\ & &lt; {k}';

describe('text in a summary', () => {
  it('shows as it is written, whatever it holds', () => {
    expect(textOf(rendered(escapeMarkdown(nasty)))).toBe(nasty);
    expect(textOf(rendered(code(nasty)))).toBe(nasty);
    expect(rendered(escapeMarkdown(nasty))).not.toMatch(/<img|<em|<a |<code|<s>/);
  });

  it('stays in the cell of its table, in one line', () => {
    const html = rendered(table(['A', 'B'], [[escapeMarkdown(`${nasty}\n| x`), code('i|j')]]));
    expect([...html.matchAll(/<td>/g)]).toHaveLength(2);
    expect([...html.matchAll(/<tr>/g)]).toHaveLength(2);
  });

  it('is folded away below a title that is text too', () => {
    const html = rendered(details('<b>x|y_z', table(['A'], [['1']])));
    expect(html).toContain('<summary>&lt;b&gt;x|y_z</summary>');
    expect(html).toContain('<td>1</td>');
  });

  it('mentions nobody', () => {
    expect(escapeMarkdown('@team')).not.toContain('@');
  });

  it('has no gaps where parts are left out', () => {
    expect(paragraphs('a', undefined, '', 'b')).toBe('a\n\nb');
  });
});
