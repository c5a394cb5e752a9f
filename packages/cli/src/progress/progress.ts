import type { PublicationEvent } from '@ami-publisher/core';
import isInCi from 'is-in-ci';

/** Shows people what happens; writes to stderr only. */
export interface ProgressView {
  show(event: PublicationEvent): void;
  end(): void;
}

const quiet: ProgressView = { show: () => {}, end: () => {} };

/** A live block on a terminal, lines elsewhere, nothing if quiet. */
export const createProgressView = async (
  options: Readonly<Record<string, unknown>>,
): Promise<ProgressView> => {
  if (options.quiet === true || options.progress === false) return quiet;
  if (process.stderr.isTTY && !isInCi) return new (await import('./live-view.js')).LiveView();
  return new (await import('./line-view.js')).LineView();
};

/** Shows every event until the publication ends. */
export const showEvents = async (
  events: AsyncIterable<PublicationEvent>,
  view: ProgressView,
): Promise<void> => {
  try {
    for await (const event of events) view.show(event);
  } finally {
    view.end();
  }
};
