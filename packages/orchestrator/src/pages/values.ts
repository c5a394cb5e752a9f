import { factsHtml, type Html, html } from '@ami-publisher/daemon';

/** What is nested deeper is shown as JSON. */
const mostDepth = 4;

/** So many columns have room for names and numbers in one piece. */
const mostRoomyColumns = 6;

type Properties = Readonly<Record<string, unknown>>;

/** Names with values of any kind: plain ones side by side, then each list and object under its name. */
export const propertiesHtml = (properties: Properties): Html => {
  const entries = Object.entries(properties);
  const plain = entries.filter(([, value]) => isPlain(value));
  const nested = entries.filter(([, value]) => !isPlain(value));
  return html`${plain.length > 0 && factsHtml(Object.fromEntries(plain.map(([name, value]) => [name, text(value)])))}
${nested.map(([name, value]) => html`<div class="values">${nestedHtml(name, value, 1)}</div>`)}`;
};

const nestedHtml = (name: string, value: unknown, depth: number): Html =>
  isTable(value)
    ? tableHtml(name, value, depth)
    : html`<p class="note">${name}</p>${valueHtml(value, depth)}`;

const valueHtml = (value: unknown, depth: number): Html | string => {
  if (isPlain(value)) return text(value);
  if (depth > mostDepth) return html`<code>${JSON.stringify(value)}</code>`;
  if (isTable(value)) return tableHtml('', value, depth);
  if (Array.isArray(value))
    return html`<ul>${value.map((item) => html`<li>${valueHtml(item, depth + 1)}</li>`)}</ul>`;
  const entries = Object.entries(value as object);
  return factsHtml(Object.fromEntries(entries.map(([name, item]) => [name, valueHtml(item, depth + 1)])));
};

const isPlain = (value: unknown): boolean => typeof value !== 'object' || value === null;

const text = (value: unknown): string => (value === null ? 'none' : String(value));

/** Whether a value is a list of objects. */
const isTable = (value: unknown): value is readonly Properties[] =>
  Array.isArray(value) &&
  value.length > 0 &&
  value.every((item) => typeof item === 'object' && item !== null && !Array.isArray(item));

const tableHtml = (name: string, rows: readonly Properties[], depth: number): Html => {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const cell = (row: Properties, column: string): Html =>
    html`<td data-label="${column}">${row[column] === undefined ? '' : valueHtml(row[column], depth + 1)}</td>`;
  return html`<table${columns.length <= mostRoomyColumns && html` class="few"`}>${name !== '' && html`<caption>${name}</caption>`}
<thead><tr>${columns.map((column) => html`<th scope="col">${column}</th>`)}</tr></thead>
<tbody>${rows.map((row) => html`<tr>${columns.map((column) => cell(row, column))}</tr>`)}</tbody></table>`;
};
