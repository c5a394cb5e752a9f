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

const waiting = /^(Image: .* not ready yet|Error (connecting to image server|getting image): .*)$/;
const timestamp = /^\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d(\.\d+)? /;

/** Makes progress of the lines that a stream logs, the only source of any, and tells when the daemon waits for an image in vain. */
export class StreamLog {
  readonly #counts = { filesWritten: 0, filesRemoved: 0, metadataChanged: 0 };
  #phase = '';
  #waitingSince: number | undefined;

  constructor(
    readonly options: {
      readonly stream: string;
      readonly clock: Clock;
      readonly onProgress: (progress: StepProgress) => void;
      readonly onVainWait: (reason: AmiPublisherError) => void;
    },
  ) {}

  take(line: string): void {
    const text = line.replace(timestamp, '');
    if (waiting.test(text)) {
      this.#waits(text);
      return;
    }
    this.#waitingSince = undefined;
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

  #count(text: string): void {
    const counted = changes.find(([pattern]) => pattern.test(text))?.[1];
    if (counted === undefined) return;
    this.#counts[counted] += 1;
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
