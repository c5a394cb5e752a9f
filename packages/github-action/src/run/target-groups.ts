import { counted, formatDuration, withoutPlace } from '@ami-publisher/base';
import type { PublicationEvent } from '@ami-publisher/core';
import type { WorkflowLog } from '../runner/workflow-log.js';

/** Shows what happens as one group per target, when the target has ended: the runner knows no groups side by side. */
export class TargetGroups {
  readonly #log: WorkflowLog;
  readonly #lines = new Map<string, string[]>();

  constructor(log: WorkflowLog) {
    this.#log = log;
  }

  show(event: PublicationEvent): void {
    const time = event.at.slice(11, 19);
    if (event.code === 'PUB1001')
      this.#log.line(`${time} ${event.publicationId}: ${counted(event.targets.length, 'target')}`);
    if (event.code === 'PUB1003') this.#log.line(`${time} note: ${event.message}`);
    if (!('target' in event)) return;
    const { target } = event;
    const lines = this.#lines.get(target) ?? [];
    this.#lines.set(target, lines);
    const text = describe(event);
    if (text !== undefined) lines.push(`${time} ${text}`);
    if (event.code !== 'PUB2002') return;
    this.#lines.delete(target);
    this.#log.group(`${target}: ${event.status} after ${formatDuration(event.durationMs)}`, lines);
  }

  /** Shows what there is of targets that have not ended. */
  end(): void {
    for (const [target, lines] of this.#lines) if (lines.length > 0) this.#log.group(target, lines);
    this.#lines.clear();
  }
}

const describe = (event: PublicationEvent & { readonly target: string }): string | undefined => {
  switch (event.code) {
    case 'PUB2002':
      return event.message === undefined ? undefined : withoutPlace(event.message, event.target);
    case 'PUB3001':
      return event.title;
    case 'PUB3003':
      return `${event.title}: done (${formatDuration(event.durationMs)})`;
    case 'PUB3005':
      return `${event.title}: failed, again in ${formatDuration(event.delayMs)}: ${withoutPlace(event.message, event.target)}`;
    case 'PUB3006':
      return `undone: ${event.title}`;
    case 'PUB3007':
      return `could not undo: ${event.title}: ${withoutPlace(event.message, event.target)}`;
    case 'PUB3008':
      return `could not undo: ${event.title}, again in ${formatDuration(event.delayMs)}: ${withoutPlace(event.message, event.target)}`;
    default:
      return undefined;
  }
};
