import { AmiPublisherError, type Clock } from '@ami-publisher/base';
import type { StepProgress } from '../../steps/step.js';

/** How long the daemon may ask for an image that its image server does not have, ms; by itself it asks for ever. */
const patienceMs = 120_000;

/** What an update has done, as far as the log tells. */
export interface LoggedCounts {
  readonly filesWritten: number;
  readonly filesRemoved: number;
  readonly metadataChanged: number;
}

/** What an update has had to do so that the volume holds the image. */
export interface LoggedWork {
  /** How many files, directories and links it has written, removed or given other metadata, but for the note that the daemon keeps there. */
  readonly changes: number;
  /** The line that tells the first of them. */
  readonly firstChange: string | undefined;
  /** Whether the log has told the end of the update. */
  readonly isComplete: boolean;
}

/** What the lines of a stream's log begin with, and what they tell. */
const phases: readonly (readonly [RegExp, (match: RegExpExecArray) => StepProgress])[] = [
  [/^Initiating scan\(/, () => ({ phase: 'scan' })],
  [/^Fetching\(.*\) (\d+) objects/, ([, files]) => ({ phase: 'fetch', filesTotal: Number(files) })],
  [/^Update\(.*\) starting/, () => ({ phase: 'update' })],
  [/^Preparing for capture\(/, () => ({ phase: 'seal' })],
  [
    /^Progress\(.*\) (\d+)\/(\d+) files, (\d+)\/(\d+) bytes$/,
    ([, filesDone, filesTotal, bytesDone, bytesTotal]) => ({
      filesDone: Number(filesDone),
      filesTotal: Number(filesTotal),
      bytesDone: Number(bytesDone),
      bytesTotal: Number(bytesTotal),
    }),
  ],
];

const changes: readonly (readonly [RegExp, keyof LoggedCounts])[] = [
  [/^(Made (empty |symlink |special )?inode|Made directory|Linked): /, 'filesWritten'],
  [/^(Deleted: |Delete\()/, 'filesRemoved'],
  [/^Changed inode: /, 'metadataChanged'],
];

/** What the daemon of Go mends each time since it is its own: it notes the name of the image when all is done, and makes the directories for it. */
const ownNote =
  /^(Deleted|Delete\(.*\)): \/var(\/lib)?$|^(Deleted|Delete\(.*\)|Made inode|Changed inode): .*\/var\/lib\/(initial|patched)-image( from: .*)?$/;
/** Said by the daemon of Go, and by ours, which tells only here what it has changed. */
const completions = [
  /^Update\(.*\) completed in /,
  /^UnpackImage\(.*\) succeeded at \S+: (\d+) files written, (\d+) removed, (\d+) with other metadata$/,
];

const waiting = /^(Image: .* not ready yet|Error (connecting to image server|getting image): .*)$/;
const timestamp = /^\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d(\.\d+)? /;

/** Makes progress of the lines that a stream logs, the only source of any, and tells when the daemon waits for an image in vain. */
export class StreamLog {
  readonly #counts = { filesWritten: 0, filesRemoved: 0, metadataChanged: 0 };
  #work: LoggedWork = { changes: 0, firstChange: undefined, isComplete: false };
  #phase = '';
  #waitingSince: number | undefined;

  constructor(
    readonly options: {
      readonly stream: string;
      readonly clock: Clock;
      readonly onProgress: (progress: StepProgress) => void;
      readonly onVainWait: (reason: AmiPublisherError) => void;
      /** Is called when the log tells the end of an update. */
      readonly onComplete: () => void;
    },
  ) {}

  take(line: string): void {
    const text = line.replace(timestamp, '');
    if (waiting.test(text)) {
      this.#waits(text);
      return;
    }
    this.#waitingSince = undefined;
    if (this.#completes(text)) return;
    for (const [pattern, progressOf] of phases) {
      const match = pattern.exec(text);
      if (match === null) continue;
      const progress = { phase: this.#phase, ...progressOf(match) };
      this.#phase = progress.phase;
      this.options.onProgress(progress);
      return;
    }
    this.#count(text);
  }

  get counts(): LoggedCounts {
    return { ...this.#counts };
  }

  get work(): LoggedWork {
    return this.#work;
  }

  #completes(text: string): boolean {
    const match = completions.map((pattern) => pattern.exec(text)).find((found) => found !== null);
    if (match === undefined) return false;
    const [, ...told] = match;
    this.#changed(
      text,
      told.reduce((sum, count) => sum + Number(count), 0),
    );
    this.#work = { ...this.#work, isComplete: true };
    this.options.onComplete();
    return true;
  }

  #changed(line: string, count: number): void {
    if (count === 0) return;
    const { changes, firstChange = line } = this.#work;
    this.#work = { ...this.#work, changes: changes + count, firstChange };
  }

  #count(text: string): void {
    const counted = changes.find(([pattern]) => pattern.test(text))?.[1];
    if (counted === undefined || ownNote.test(text)) return;
    this.#counts[counted] += 1;
    this.#changed(text, 1);
    const { filesRemoved, filesWritten, metadataChanged } = this.#counts;
    const filesDone = filesRemoved + filesWritten + metadataChanged;
    this.options.onProgress({ phase: this.#phase, filesDone });
  }

  #waits(text: string): void {
    const { clock, onVainWait, stream } = this.options;
    this.#waitingSince ??= clock.now();
    if (clock.now() - this.#waitingSince < patienceMs) return;
    onVainWait(
      new AmiPublisherError('IMAGE_NOT_FOUND', {
        message: `the unpacker has waited for ${patienceMs / 1000} s: ${text}`,
        call: 'unpacker:UnpackImage',
        resource: stream,
        remedy: 'check its own image server; it goes on waiting until it is restarted',
      }),
    );
  }
}
