import { type LifecycleEvent, typeOfEvent } from '@ami-publisher/core';
import { badgeHtml, type Html, html, instantHtml } from '@ami-publisher/daemon';
import { type AttemptStatus, amisOf, type LifecycleState, trackOf } from '../lifecycles/state.js';
import type { FilterChoices } from '../store/lifecycle-pages.js';
import { pageHtml, type Viewer } from './frame.js';
import { timelinePath } from './paths.js';
import { allEvents, standingOf, standings, titleOf } from './words.js';

/** What lifecycles are shown; undefined where it does not matter. */
export interface Filters {
  readonly text?: string | undefined;
  readonly product?: string | undefined;
  readonly owner?: string | undefined;
  readonly event?: LifecycleEvent | undefined;
  readonly status?: AttemptStatus | undefined;
}

export interface Dashboard {
  readonly states: readonly LifecycleState[];
  readonly filters: Filters;
  readonly choices: FilterChoices;
  /** Where the next page begins; undefined on the last. */
  readonly next: string | undefined;
  readonly isFirst: boolean;
  /** Of all lifecycles, or an older one. */
  readonly revision: string;
}

/** Lifecycles, newest first. */
export const dashboardPage = (dashboard: Dashboard, viewer: Viewer): string =>
  pageHtml({
    title: 'Lifecycles',
    viewer,
    head: filtersHtml(dashboard, viewer),
    body: html`${lifecyclesHtml(dashboard, viewer)}${pagerHtml(dashboard, viewer)}`,
    live: { path: '/changes', revision: dashboard.revision },
  });

interface Choice {
  readonly value: string;
  readonly text: string;
}

const filtersHtml = ({ filters, choices }: Dashboard, { base }: Viewer): Html => {
  const named = (names: readonly string[], chosen: string | undefined): Choice[] =>
    [...new Set([...names, ...(chosen === undefined ? [] : [chosen])])].map((name) => ({
      value: name,
      text: name,
    }));
  return html`<form class="filters" method="get" action="${base}/" role="search" aria-label="Lifecycles">
<label>Text<input type="search" name="text" value="${filters.text ?? ''}" maxlength="200"></label>
${selectHtml('product', 'Product', named(choices.products, filters.product), filters.product)}
${selectHtml('owner', 'Owner', named(choices.owners, filters.owner), filters.owner)}
${selectHtml('event', 'Latest event', eventChoices, filters.event)}
${selectHtml('status', 'Status', statusChoices, filters.status)}
<div class="act"><button>Show</button>${Object.values(filters).some((value) => value !== undefined) && html`<a href="${base}/">Show all</a>`}</div>
</form>`;
};

const eventChoices: readonly Choice[] = allEvents.map((event) => ({
  value: event,
  text: titleOf(event),
}));

const statusChoices: readonly Choice[] = Object.entries(standings).map(([value, { word }]) => ({
  value,
  text: word,
}));

const selectHtml = (
  name: string,
  label: string,
  choices: readonly Choice[],
  chosen: string | undefined,
): Html =>
  html`<label>${label}<select name="${name}"><option value="">any</option>
${choices.map(({ value, text }) => html`<option value="${value}"${value === chosen && html` selected`}>${text}</option>`)}
</select></label>`;

const lifecyclesHtml = ({ states }: Dashboard, viewer: Viewer): Html => {
  if (states.length === 0) return html`<p class="empty">There are no such lifecycles.</p>`;
  return html`<table class="lifecycles">
<caption>Lifecycles, newest first</caption>
<thead><tr>${['Product', 'Stack tag', 'Owner', 'Latest event', 'AMI version', 'Created'].map((name) => html`<th scope="col">${name}</th>`)}</tr></thead>
<tbody>${states.map((state) => rowHtml(state, viewer))}</tbody>
</table>`;
};

const rowHtml = (state: LifecycleState, { base }: Viewer): Html => {
  const { lifecycle, attempts } = state;
  const last = attempts.at(-1);
  const { word, tone } = standingOf(last);
  const type = last === undefined ? 'ami-creation' : typeOfEvent(last.event);
  return html`<tr>
<th scope="row"><a href="${base}${timelinePath(type, lifecycle.id)}">${lifecycle.productName} ${lifecycle.productVer}</a><small>${lifecycle.id.slice(0, 8)}</small></th>
<td data-label="Stack tag">${lifecycle.stackTag}</td>
<td data-label="Owner">${lifecycle.owner}</td>
<td data-label="Latest event">${last !== undefined && `${titleOf(last.event)} `}${badgeHtml(word, tone)}</td>
<td data-label="AMI version">${versionOf(state) ?? 'none yet'}</td>
<td data-label="Created">${instantHtml(lifecycle.createdAt.toISOString())}</td>
</tr>`;
};

/** Version of the newest AMI. */
const versionOf = (state: LifecycleState): string | undefined =>
  state.attempts
    .toReversed()
    .map((attempt) => amisOf(state, trackOf(attempt))[0]?.ami_semver)
    .find((version) => version !== undefined);

const pagerHtml = ({ filters, next, isFirst }: Dashboard, { base }: Viewer): Html | false => {
  if (isFirst && next === undefined) return false;
  const link = (after: string | undefined, text: string): Html =>
    html`<a href="${base}/${queryOf({ ...filters, after })}">${text}</a>`;
  return html`<nav class="pager" aria-label="Pages">
${!isFirst && link(undefined, 'Newest')}
${next !== undefined && link(next, 'Older')}
</nav>`;
};

const queryOf = (values: Readonly<Record<string, string | undefined>>): string => {
  const given = Object.entries(values).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return given.length === 0 ? '' : `?${new URLSearchParams(given)}`;
};
