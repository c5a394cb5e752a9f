import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { eventsOf } from '@ami-publisher/core';
import { describe, expect, it } from 'vitest';
import { publishSteps } from '../../packages/core/src/publish/steps/index.js';

const page = join(resolve(import.meta.dirname, '../..'), 'docs/concepts.md');

/** A Mermaid chart of boxes in order, one below the other. */
const chain = (boxes: readonly { readonly id: string; readonly text: string }[]): string =>
  [
    '```mermaid',
    'flowchart TB',
    ...boxes.map(({ id, text }) => `  ${id}["${text}"]`),
    `  ${boxes.map(({ id }) => id).join(' --> ')}`,
    '```',
  ].join('\n');

/** What the page has between `<!-- name -->` and `<!-- end of name -->`, made from the code's own lists. */
const parts: Readonly<Record<string, string>> = {
  steps: [
    '| step | title | can be undone |',
    '| --- | --- | --- |',
    ...publishSteps.map(({ name, title, undo }) => `| \`${name}\` | ${title} | ${undo ? 'yes' : ''} |`),
  ].join('\n'),
  'creation chart': chain(
    eventsOf['ami-creation'].map((event) => ({ id: event.toLowerCase(), text: event })),
  ),
  'patch chart': chain(eventsOf['ami-patch'].map((event) => ({ id: event.toLowerCase(), text: event }))),
};

describe('the page about concepts', () => {
  it('has what the code says; `node scripts/docs.mjs` writes it anew', async () => {
    const written = readFileSync(page, 'utf8');
    const text = Object.entries(parts).reduce((rest, [name, part]) => {
      const [start, end] = [`<!-- ${name} -->\n`, `\n<!-- end of ${name} -->`];
      expect(rest.split(start), start).toHaveLength(2);
      const [before = '', after = ''] = rest.split(start);
      expect(after.split(end), end).toHaveLength(2);
      return `${before}${start}${part}${end}${after.split(end)[1]}`;
    }, written);
    await expect(text).toMatchFileSnapshot(page);
  });
});
