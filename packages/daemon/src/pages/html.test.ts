import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { escapeHtml, html } from './html.js';

describe('a template', () => {
  it('[U65] escapes what is put into it, in text and in attributes', () => {
    const bad = `"><script>alert('x')</script>&`;
    expect(html`<p title="${bad}">${bad}</p>`.markup).not.toMatch(/<script|title="">/);
  });

  it('takes markup, lists and nothing as they are meant', () => {
    const list = ['a', 1].map((item) => html`<b>${item}</b>`);
    expect(html`${list}${undefined}${false}${0}`.markup).toBe('<b>a</b><b>1</b>0');
  });

  it('lets no text out of its place', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme-ascii' }), (text) => {
        expect(escapeHtml(text)).not.toMatch(/[<>"']|&(?!amp;|lt;|gt;|quot;|#39;)/);
      }),
    );
  });
});
