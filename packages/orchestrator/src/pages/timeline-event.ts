import { eventTitles, type LifecycleEvent } from '@ami-publisher/core';
import { badgeHtml, durationText, type Html, html, instantHtml } from '@ami-publisher/daemon';
import { type Attempt, type LifecycleState, resultOf, type Track } from '../lifecycles/state.js';
import { propertiesHtml } from './values.js';
import { standingOf } from './words.js';

/** Whether an attempt came to no result although nobody called it off. */
export const isBroken = ({ status }: Attempt): boolean =>
  status === 'ERROR' || status === 'ERROR_EVENT_TIMEOUT';

/** One event of a timeline: how it stands, what came of it, and what was tried before. */
export const eventHtml = (state: LifecycleState, track: Track, event: LifecycleEvent): Html => {
  const attempt = shownAttempt(state, track, event);
  const { word, sign, tone } = standingOf(attempt);
  return html`<li class="event" data-event="${event}" data-status="${attempt?.status ?? 'NOT_STARTED'}">
<span class="sign ${tone}" aria-hidden="true">${sign}</span>
<h2>${eventTitles[event]} ${badgeHtml(word, tone)}</h2>
${attempt !== undefined && attemptHtml(attempt)}
${earlierHtml(state, track, event, attempt)}
</li>`;
};

/** The attempt that an event shows: the one in progress, or broken, else the one with the result. */
const shownAttempt = (state: LifecycleState, track: Track, event: LifecycleEvent): Attempt | undefined => {
  const last = state.attempts.at(-1);
  const isShown = last?.event === event && last.patchNumber === track.patchNumber;
  return isShown && (last.status === 'RUNNING' || isBroken(last)) ? last : resultOf(state, track, event);
};

const attemptHtml = (attempt: Attempt): Html =>
  html`<p class="note">${courseHtml(attempt)}</p>
${attempt.error !== null && html`<p class="problem">${attempt.error}</p>`}
${propertiesHtml(attempt.result?.properties ?? {})}`;

/** When an attempt began and ended, and who asked for it. */
const courseHtml = ({ number, actor, startedAt, endedAt }: Attempt): Html => {
  const took = endedAt === null ? '' : `, took ${durationText(endedAt.getTime() - startedAt.getTime())}`;
  return html`Attempt ${number}, asked for by ${actor}, began ${instantHtml(startedAt.toISOString())}${took}`;
};

const earlierHtml = (
  state: LifecycleState,
  track: Track,
  event: LifecycleEvent,
  shown: Attempt | undefined,
): Html | false => {
  const others = state.attempts.filter(
    (attempt) => attempt.event === event && attempt.patchNumber === track.patchNumber && attempt !== shown,
  );
  if (others.length === 0) return false;
  return html`<details id="attempts-${event}"><summary>Other attempts: ${others.length}</summary><ol class="history">
${others.map((attempt) => {
  const { word, tone } = standingOf(attempt);
  return html`<li>${badgeHtml(word, tone)} <span class="note">${courseHtml(attempt)}</span>${attempt.error !== null && html`<p>${attempt.error}</p>`}</li>`;
})}
</ol></details>`;
};
