import { formatBytes, formatDuration, withoutPlace } from '@ami-publisher/base';
import type { PublicationEvent, StepProgress } from '@ami-publisher/core';
import { type Colours, coloursFor } from '../output/colours.js';
import { type Frame, LiveBlock, type LiveStream, shorten, spinnerOf } from './live-block.js';
import type { ProgressView } from './progress.js';

interface Row {
  title: string;
  progress: StepProgress;
  readonly since: number;
  end?: { readonly status: string; readonly durationMs: number; readonly message: string | undefined };
}

const marks: Readonly<Record<string, (colours: Colours) => string>> = {
  published: ({ green }) => green('✔'),
  skipped: ({ green }) => green('✔'),
  cancelled: ({ yellow }) => yellow('■'),
};
const failedMark = ({ red }: Colours) => red('✘');

const timeWidth = 9;

/** One line per target, redrawn in place; what does not fit the screen is counted. */
export class LiveView implements ProgressView {
  readonly #rows = new Map<string, Row>();
  readonly #block: LiveBlock;
  readonly #colours: Colours;

  readonly #keep: boolean;

  /** @param keep whether the block stays on the screen at the end: not where a table of results follows it. */
  constructor(stream: LiveStream, keep: boolean) {
    this.#keep = keep;
    this.#colours = coloursFor(stream);
    this.#block = new LiveBlock(stream, (frame) => this.#lines(frame));
  }

  show(event: PublicationEvent): void {
    if (event.code === 'PUB1001') {
      this.#block.above(this.#colours.bold(event.publicationId));
      for (const target of event.targets) this.#rows.set(target, newRow('waiting'));
    }
    if (event.code === 'PUB1003') this.#block.above(this.#colours.dim(event.message));
    if (!('target' in event)) return;
    const row = this.#rows.get(event.target) ?? newRow('');
    this.#rows.set(event.target, row);
    if (event.code === 'PUB3001') Object.assign(row, { title: event.title, progress: {} });
    if (event.code === 'PUB3002') row.progress = event.progress;
    if (event.code === 'PUB3005') row.title = `${event.title} again in ${formatDuration(event.delayMs)}`;
    if (event.code === 'PUB2002')
      row.end = { status: event.status, durationMs: event.durationMs, message: event.message };
  }

  end(): void {
    this.#block.end({ keep: this.#keep });
  }

  #lines(frame: Frame): string[] {
    const longest = Math.max(...[...this.#rows.keys()].map((name) => name.length), 0);
    // Very long names give way to what happens.
    const nameWidth = Math.min(longest, Math.max(8, Math.floor(frame.width / 2) - timeWidth));
    const rows = [...this.#rows];
    const lineOf = ([name, row]: [string, Row]) => this.#line(name, nameWidth, row, frame);
    if (rows.length <= frame.height) return rows.map(lineOf);
    const shown = rows.toSorted(([, a], [, b]) => rank(a) - rank(b)).slice(0, frame.height - 1);
    const ended = rows.filter(([, row]) => row.end !== undefined).length;
    const rest = `… and ${rows.length - shown.length} more; ${ended} of ${rows.length} ended`;
    return [...shown.map(lineOf), this.#colours.dim(shorten(rest, frame.width))];
  }

  #line(name: string, nameWidth: number, row: Row, frame: Frame): string {
    const mark =
      row.end === undefined
        ? this.#colours.cyan(spinnerOf(frame))
        : (marks[row.end.status] ?? failedMark)(this.#colours);
    const time = formatDuration(row.end?.durationMs ?? Date.now() - row.since).padStart(timeWidth);
    const what =
      row.end === undefined
        ? `${row.title}${describeProgress(row.progress)}`
        : withoutPlace(row.end.message ?? row.end.status, name);
    // Two columns for the mark, two for each gap.
    const room = frame.width - nameWidth - time.length - 6;
    return `${mark} ${shorten(name, nameWidth).padEnd(nameWidth)}  ${this.#colours.dim(time)}  ${shorten(what, room)}`;
  }
}

const newRow = (title: string): Row => ({ title, progress: {}, since: Date.now() });

/** Running ones first; those that ended well need the least attention. */
const rank = ({ end }: Row): number => {
  if (end === undefined) return 0;
  return ['published', 'shared', 'skipped'].includes(end.status) ? 2 : 1;
};

const describeProgress = ({ percent, filesDone, filesTotal, bytesDone, phase }: StepProgress): string => {
  if (percent !== undefined) return ` ${percent} %`;
  const files = filesTotal ? `${filesDone}/${filesTotal} files` : undefined;
  const bytes = bytesDone ? formatBytes(bytesDone) : undefined;
  const parts = [phase, files, bytes].filter((part) => part !== undefined && part !== '');
  return parts.length === 0 ? '' : `: ${parts.join(', ')}`;
};
