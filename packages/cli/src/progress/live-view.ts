import type { PublicationEvent, StepProgress } from '@ami-publisher/core';
import pc from 'picocolors';
import { formatBytes, formatDuration } from '../output/quantities.js';
import type { ProgressView } from './progress.js';

interface Row {
  title: string;
  progress: StepProgress;
  readonly since: number;
  end?: { readonly status: string; readonly durationMs: number; readonly message: string | undefined };
}

const frameMs = 100;
const spinner = [...'⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏'];
const marks: Readonly<Record<string, string>> = {
  published: pc.green('✔'),
  skipped: pc.green('✔'),
  cancelled: pc.yellow('■'),
};

/** A block of one line per target that is redrawn in place; what does not fit the screen is counted. */
export class LiveView implements ProgressView {
  readonly #rows = new Map<string, Row>();
  readonly #timer = setInterval(() => this.#draw(), frameMs).unref();
  #drawn = 0;
  #frame = 0;

  show(event: PublicationEvent): void {
    if (event.code === 'PUB1001') {
      this.#above(pc.bold(event.publicationId));
      for (const target of event.targets)
        this.#rows.set(target, { title: 'waiting', progress: {}, since: Date.now() });
    }
    if (event.code === 'PUB1003') this.#above(pc.dim(event.message));
    if (!('target' in event)) return;
    const row = this.#rows.get(event.target) ?? { title: '', progress: {}, since: Date.now() };
    this.#rows.set(event.target, row);
    if (event.code === 'PUB3001') Object.assign(row, { title: event.title, progress: {} });
    if (event.code === 'PUB3002') row.progress = event.progress;
    if (event.code === 'PUB3005') row.title = `${event.title} again in ${formatDuration(event.delayMs)}`;
    if (event.code === 'PUB2002')
      row.end = { status: event.status, durationMs: event.durationMs, message: event.message };
  }

  end(): void {
    clearInterval(this.#timer);
    this.#draw();
  }

  /** Writes a line that stays, over the block. */
  #above(line: string): void {
    this.#erase();
    process.stderr.write(`${line}\n`);
  }

  #erase(): void {
    if (this.#drawn > 0) process.stderr.write(`\u001b[${this.#drawn}A\u001b[0J`);
    this.#drawn = 0;
  }

  #draw(): void {
    this.#frame += 1;
    const lines = this.#lines();
    this.#erase();
    if (lines.length > 0) process.stderr.write(`${lines.join('\n')}\n`);
    this.#drawn = lines.length;
  }

  #lines(): string[] {
    const height = Math.max(3, (process.stderr.rows ?? 24) - 2);
    const width = Math.max(20, (process.stderr.columns ?? 80) - 1);
    const nameWidth = Math.max(...[...this.#rows.keys()].map((name) => name.length), 0);
    const rows = [...this.#rows].map(([name, row]) => ({
      row,
      line: this.#line(name.padEnd(nameWidth), row, width),
    }));
    if (rows.length <= height) return rows.map(({ line }) => line);
    // Running ones first; those that ended well need the least attention.
    const rank = ({ row }: { readonly row: Row }) =>
      row.end === undefined ? 0 : row.end.status === 'published' ? 2 : 1;
    const shown = [...rows].sort((a, b) => rank(a) - rank(b)).slice(0, height - 1);
    const ended = rows.filter(({ row }) => row.end !== undefined).length;
    return [
      ...shown.map(({ line }) => line),
      pc.dim(`… and ${rows.length - shown.length} more; ${ended} of ${rows.length} ended`),
    ];
  }

  #line(name: string, row: Row, width: number): string {
    const mark =
      row.end === undefined
        ? pc.cyan(spinner[this.#frame % spinner.length] ?? '')
        : (marks[row.end.status] ?? pc.red('✘'));
    const time = formatDuration(row.end?.durationMs ?? Date.now() - row.since).padStart(9);
    const what =
      row.end === undefined
        ? `${row.title}${describeProgress(row.progress)}`
        : (row.end.message ?? row.end.status);
    // Two columns for the mark, two for each gap.
    const room = width - name.length - time.length - 6;
    return `${mark} ${name}  ${pc.dim(time)}  ${what.length > room ? `${what.slice(0, Math.max(0, room - 1))}…` : what}`;
  }
}

const describeProgress = ({ percent, filesDone, filesTotal, bytesDone, phase }: StepProgress): string => {
  if (percent !== undefined) return ` ${percent} %`;
  const files = filesTotal ? `${filesDone}/${filesTotal} files` : undefined;
  const bytes = bytesDone ? formatBytes(bytesDone) : undefined;
  const parts = [phase, files, bytes].filter((part) => part !== undefined && part !== '');
  return parts.length === 0 ? '' : `: ${parts.join(', ')}`;
};
