import { counted, formatDuration, withoutPlace } from '@ami-publisher/base';
import type { PublicationEvent } from '@ami-publisher/core';
import type { LiveStream } from './live-block.js';
import type { ProgressView } from './progress.js';

/** One line per thing that begins or ends, for logs. */
export class LineView implements ProgressView {
  readonly #stream: LiveStream;

  constructor(stream: LiveStream) {
    this.#stream = stream;
  }

  show(event: PublicationEvent): void {
    const line = describe(event);
    if (line !== undefined) this.#stream.write(`${event.at.slice(11, 19)} ${line}\n`);
  }

  end(): void {}
}

const describe = (event: PublicationEvent): string | undefined => {
  switch (event.code) {
    case 'PUB1001':
      return `${event.publicationId}: ${counted(event.targets.length, 'target')}`;
    case 'PUB1003':
      return `note: ${event.message}`;
    case 'PUB2002':
      return `${event.target}: ${event.status} after ${formatDuration(event.durationMs)}${event.message === undefined ? '' : `: ${withoutPlace(event.message, event.target)}`}`;
    case 'PUB3003':
      return event.durationMs < 1_000
        ? undefined
        : `${event.target}: ${event.title} (${formatDuration(event.durationMs)})`;
    case 'PUB3005':
      return `${event.target}: ${event.title} failed, again in ${formatDuration(event.delayMs)}: ${withoutPlace(event.message, event.target)}`;
    case 'PUB3006':
      return `${event.target}: undone: ${event.title}`;
    case 'PUB3007':
      return `${event.target}: could not undo ${event.title}: ${withoutPlace(event.message, event.target)}`;
    case 'PUB3008':
      return `${event.target}: could not undo ${event.title}, again in ${formatDuration(event.delayMs)}: ${withoutPlace(event.message, event.target)}`;
    default:
      return undefined;
  }
};
