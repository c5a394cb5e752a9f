import { type Html, type HtmlValue, html } from './html.js';

const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const;

/** A number of bytes for people: `1.5 MiB`. */
export const bytesText = (bytes: number): string => {
  const power = Math.min(Math.floor(Math.log2(Math.max(bytes, 1)) / 10), units.length - 1);
  const value = bytes / 2 ** (10 * power);
  return `${power === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[power]}`;
};

/** A time span for people, to its two largest units: `1 min 5 s`. */
export const durationText = (ms: number): string => {
  const seconds = Math.max(0, Math.round(ms / 1000));
  const parts: readonly (readonly [number, string])[] = [
    [Math.floor(seconds / 86_400), 'd'],
    [Math.floor(seconds / 3_600) % 24, 'h'],
    [Math.floor(seconds / 60) % 60, 'min'],
    [seconds % 60, 's'],
  ];
  const first = parts.findIndex(([count]) => count > 0);
  if (first < 0) return '0 s';
  return parts
    .slice(first, first + 2)
    .filter(([count]) => count > 0)
    .map(([count, unit]) => `${count} ${unit}`)
    .join(' ');
};

/** An instant, RFC 3339 in UTC, to the second. */
export const instantHtml = (instant: string): Html =>
  html`<time datetime="${instant}">${instant.slice(0, 19).replace('T', ' ')} UTC</time>`;

/** Names with values; values that are undefined or empty are left out. */
export const factsHtml = (facts: Readonly<Record<string, HtmlValue>>): Html => {
  const given = Object.entries(facts).filter(([, value]) => value !== undefined && value !== '');
  return html`<dl class="facts">${given.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
};

/** A word that says how something is; `tone` gives its colour, never its meaning alone. */
export const badgeHtml = (text: string, tone: 'good' | 'busy' | 'bad' | 'plain'): Html =>
  html`<span class="badge ${tone}">${text}</span>`;

/** A part of the page with a heading; `empty` stands where there is nothing to show. */
export const sectionHtml = (title: string, items: readonly Html[], empty: string): Html =>
  html`<section><h2>${title}</h2>${items.length === 0 ? html`<p class="empty">${empty}</p>` : items}</section>`;
