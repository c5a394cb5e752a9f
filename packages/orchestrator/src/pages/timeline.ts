import { eventsOf, type LifecycleType } from '@ami-publisher/core';
import { factsHtml, type Html, html } from '@ami-publisher/daemon';
import {
  amisOf,
  creation,
  currentPatch,
  type LifecycleState,
  patchTrack,
  resultsOf,
  runningAttempt,
  type Track,
} from '../lifecycles/state.js';
import { pageHtml, type Viewer } from './frame.js';
import { timelinePath } from './paths.js';
import { eventHtml, isBroken } from './timeline-event.js';
import { propertiesHtml } from './values.js';

const titles: Readonly<Record<LifecycleType, string>> = {
  'ami-creation': 'AMI Creation Timeline',
  'ami-patch': 'AMI Patch Timeline',
};

/** How far a creation, or the newest patch, is. `revision` is that of the state, or an older one. */
export const timelinePage = (
  state: LifecycleState,
  type: LifecycleType,
  viewer: Viewer,
  revision: string,
): string => {
  const { id } = state.lifecycle;
  const track = type === 'ami-creation' ? creation : shownPatch(state);
  return pageHtml({
    title: `${titles[type]} - ${id}`,
    viewer,
    head: html``,
    body: html`${tracksHtml(state, type, viewer)}
${factsHtml(facts(state, track))}
${requestHtml(state, track)}
<ol class="timeline">
${eventsOf[type].map((event) => eventHtml(state, track, event))}
</ol>`,
    live: { path: `${timelinePath(type, id)}/changes`, revision },
  });
};

/** A patch that is being made shows itself, not the one before. */
const shownPatch = (state: LifecycleState): Track => {
  const isMaking = runningAttempt(state)?.event === 'PATCH_AMI';
  return patchTrack((isMaking ? state.patches.at(-1) : currentPatch(state))?.number ?? 0);
};

const tracksHtml = ({ lifecycle, patches }: LifecycleState, type: LifecycleType, { base }: Viewer): Html => {
  const link = (to: LifecycleType, text: string) =>
    html`<li><a href="${base}${timelinePath(to, lifecycle.id)}"${to === type && html` aria-current="page"`}>${text}</a></li>`;
  const latest = patches.at(-1)?.number;
  return html`<nav aria-label="Timelines of this lifecycle"><ul class="tracks">
${link('ami-creation', 'Creation')}
${latest === undefined && type === 'ami-creation' ? html`<li class="note">No patches</li>` : link('ami-patch', `Patch ${latest ?? ''}`)}
</ul></nav>`;
};

const facts = (state: LifecycleState, track: Track) => {
  const { lifecycle } = state;
  const patch = state.patches.find(({ number }) => number === track.patchNumber);
  return {
    'Lifecycle Id': lifecycle.id,
    'Stack Tag': lifecycle.stackTag,
    'Last Completed Event': lastCompleted(state, track),
    'Event In Progress': inProgress(state),
    'Product Name': lifecycle.productName,
    'Product Version': lifecycle.productVer,
    'SHA1 Commit Ref': patch?.commitRef ?? lifecycle.commitRef,
    'Lifecycle Ami Semantic Version':
      amisOf(state, track)[0]?.ami_semver ?? `Awaiting ${eventsOf[track.type][0]} event completion`,
    Owner: patch?.owner ?? lifecycle.owner,
  };
};

const lastCompleted = (state: LifecycleState, track: Track): string => {
  const last = resultsOf(state, track).findLast(({ status }) => status === 'COMPLETED');
  const none = `No lifecycle events completed for current AMI ${track.type === 'ami-creation' ? 'Creation' : 'Patch'} execution.`;
  return last === undefined ? none : `${words(last.event)} (COMPLETED)`;
};

const words = (event: string): string => event.replaceAll('_', ' ');

const inProgress = (state: LifecycleState): string => {
  const last = state.attempts.at(-1);
  if (last?.status === 'RUNNING') return `${words(last.event)} (IN PROGRESS - check event for more details)`;
  return last !== undefined && isBroken(last)
    ? `${words(last.event)} (ERROR - check event for more details)`
    : 'None';
};

/** What was asked for with the creation or patch, out of the way of those who want to know how far it is. */
const requestHtml = (state: LifecycleState, { patchNumber }: Track): Html | false => {
  const patch = state.patches.find(({ number }) => number === patchNumber);
  const properties = patch?.properties ?? (patchNumber === 0 ? state.lifecycle.properties : null);
  if (properties === null || Object.keys(properties).length === 0) return false;
  return html`<details id="request"><summary>Properties of the request</summary>${propertiesHtml(properties)}</details>`;
};
