/** Text that HTML takes for nothing but text, in one line. */
const escapeHtml = (text: string): string =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('@', '&#64;')
    .replace(/\s*[\r\n]+\s*/g, ' ');

/** Text that Markdown, too, takes for nothing but text, within a line or a table's cell; it mentions nobody. */
export const escapeMarkdown = (text: string): string => escapeHtml(text.replace(/[\\`*_{}[\]|~:]/g, '\\$&'));

/** An id or a command in a fixed width. */
export const code = (text: string): string => (text === '' ? '' : `<code>${escapeMarkdown(text)}</code>`);

/** A table of cells that are Markdown already. */
export const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');

/** Something that is folded away below its title. */
export const details = (title: string, markdown: string): string =>
  `<details><summary>${escapeHtml(title)}</summary>\n\n${markdown}\n\n</details>`;

/** Parts with a blank line between them. */
export const paragraphs = (...parts: readonly (string | undefined)[]): string =>
  parts.filter((part) => part !== undefined && part !== '').join('\n\n');
