import {
  badgeHtml,
  bytesText,
  durationText,
  factsHtml,
  type Html,
  html,
  instantHtml,
  sectionHtml,
} from '@ami-publisher/daemon';
import type { DeviceStatus, OperationStatus, StreamStatus, UnpackerStatus } from './status.js';

type Tone = Parameters<typeof badgeHtml>[1];

/** States that are neither good nor work in progress. */
const streamTones: Readonly<Record<string, Tone>> = {
  SEALED: 'good',
  UNPACKED: 'good',
  PREPARED: 'good',
  SCANNING: 'busy',
  FETCHING: 'busy',
  UPDATING: 'busy',
  SEALING: 'busy',
  NEEDS_SCAN: 'bad',
  DEVICE_MISSING: 'bad',
};

const operationTones: Readonly<Record<string, Tone>> = { SUCCEEDED: 'good', FAILED: 'bad', RUNNING: 'busy' };

/** The sections of an unpacker's page. */
export const unpackerSections = (status: UnpackerStatus): Html[] => [
  factsHtml({ Driver: status.driver, 'Image server': status.imageServer }),
  sectionHtml('Streams', status.streams.map(streamHtml), 'No streams yet.'),
  sectionHtml('Devices', status.devices.map(deviceHtml), 'No devices yet.'),
  sectionHtml('Operations that ended last', historyHtml(status.operations), 'None yet.'),
];

const wordsOf = (name: string): string => name.toLowerCase().replaceAll('_', ' ');

const streamHtml = (stream: StreamStatus): Html =>
  html`<article class="card"><h3>${stream.name} ${badgeHtml(wordsOf(stream.state), streamTones[stream.state] ?? 'plain')}</h3>
${stream.operation && progressHtml(stream.operation)}
${factsHtml({
  Image: stream.leaf,
  Digest:
    stream.manifestDigest &&
    html`<code title="${stream.manifestDigest}">${stream.manifestDigest.slice(0, 16)}…</code>`,
  Generation: stream.generation,
  Device: stream.deviceId,
  'Leased to': stream.lease?.publication,
  Holder: stream.lease?.holder,
  'Lease until': stream.lease && instantHtml(stream.lease.expiresAt),
})}
${stream.lastError && errorHtml(stream.lastError)}</article>
`;

const errorHtml = ({ code, message, at }: NonNullable<StreamStatus['lastError']>): Html =>
  html`<div class="problem"><p>Last error, ${instantHtml(at)}: <code>${code}</code></p><p>${message}</p></div>`;

const progressHtml = (operation: OperationStatus): Html => {
  const { call, phase, stream, bytesDone, bytesTotal, filesDone, filesTotal, pace } = operation;
  const label = `${call} on ${stream}: ${phase}`;
  const done = Math.min(bytesDone, bytesTotal);
  return html`<p>${call}: ${phase}</p>
${
  bytesTotal > 0
    ? html`<progress max="${bytesTotal}" value="${done}" aria-label="${label}"></progress>`
    : html`<progress aria-label="${label}"></progress>`
}
${factsHtml({
  Bytes: `${bytesText(bytesDone)} of ${bytesText(bytesTotal)}`,
  Files: `${filesDone} of ${filesTotal}`,
  Rate: pace && `${bytesText(pace.bytesPerSecond)}/s`,
  Remaining: pace?.remainingMs === undefined ? undefined : `about ${durationText(pace.remainingMs)}`,
  Since: instantHtml(operation.startedAt),
})}`;
};

const deviceHtml = ({ id, path, sizeBytes, stream, present }: DeviceStatus): Html =>
  html`<article class="card"><h3>${id} ${present ? badgeHtml('present', 'good') : badgeHtml('missing', 'bad')}</h3>
${factsHtml({ Stream: stream === '' ? 'free' : stream, Size: present && bytesText(sizeBytes), Path: present && path })}</article>
`;

const historyHtml = (operations: readonly OperationStatus[]): Html[] =>
  operations.length === 0 ? [] : [html`<ol class="history">${operations.map(endedHtml)}</ol>`];

const endedHtml = (operation: OperationStatus): Html => {
  const { call, stream, state, startedAt, finishedAt = startedAt, error, unpacked } = operation;
  const took = durationText(Date.parse(finishedAt) - Date.parse(startedAt));
  return html`<li>${badgeHtml(wordsOf(state), operationTones[state] ?? 'plain')} ${call} on ${stream}
<span class="note">${instantHtml(finishedAt)}, took ${took}${
    unpacked &&
    `; ${unpacked.leaf}: ${unpacked.filesWritten} files and ${bytesText(unpacked.bytesWritten)} written, ${bytesText(unpacked.bytesFetched)} fetched`
  }</span>
${error && html`<div class="problem"><p><code>${error.code}</code></p><p>${error.message}</p></div>`}</li>`;
};
