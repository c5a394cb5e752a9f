import type { PublicationEvent } from '@ami-publisher/core';
import { isQuiet, isRedrawn } from './modes.js';

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
  if (isQuiet(options)) return quiet;
  if (isRedrawn(options, process.stderr))
    return new (await import('./live-view.js')).LiveView(process.stderr, !process.stdout.isTTY);
  return new (await import('./line-view.js')).LineView(process.stderr);
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
