import { bytesText, factsHtml, type Html, html, instantHtml, sectionHtml } from '@ami-publisher/daemon';
import type { ImageServerStatus, ImageStatus } from './status.js';

/** How many images of a stream are shown before the rest is folded. */
const shownImages = 3;

/** The sections of an image server's page. */
export const imageServerSections = (status: ImageServerStatus): Html[] => [
  factsHtml({
    Store: status.store,
    Streams: status.streams,
    Images: status.images.length,
    'Deleted or expired': status.deleted,
    'Ingests under way': status.ingests,
  }),
  sectionHtml('Streams', streamsOf(status.images).map(streamHtml), 'No images yet.'),
];

const streamsOf = (images: readonly ImageStatus[]): (readonly [string, readonly ImageStatus[]])[] => {
  const streams = new Map<string, ImageStatus[]>();
  for (const image of images) streams.set(image.stream, [...(streams.get(image.stream) ?? []), image]);
  return [...streams].sort(([a], [b]) => (a < b ? -1 : 1));
};

const streamHtml = ([stream, images]: readonly [string, readonly ImageStatus[]]): Html => {
  const older = images.slice(shownImages);
  return html`<article class="card"><h3>${stream} <span class="note">${images.length} ${images.length === 1 ? 'image' : 'images'}</span></h3>
<ol class="history">${images.slice(0, shownImages).map(imageHtml)}</ol>
${older.length > 0 && html`<details id="older-${stream}"><summary>${older.length} older</summary><ol class="history">${older.map(imageHtml)}</ol></details>`}</article>
`;
};

const imageHtml = (image: ImageStatus): Html =>
  html`<li><strong>${image.leaf}</strong>
${factsHtml({
  Content: bytesText(image.contentBytes),
  Entries: image.entryCount,
  Added: instantHtml(image.createdAt),
  By: image.createdBy,
  Expires: image.expiresAt === undefined ? 'never' : instantHtml(image.expiresAt),
  Digest: html`<code title="${image.manifestDigest}">${image.manifestDigest.slice(0, 16)}…</code>`,
})}</li>`;
