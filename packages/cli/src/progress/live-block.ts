import { stripVTControlCharacters } from 'node:util';
import { takeNotices } from './notice.js';

/** As much of a terminal's stream as is needed. */
export interface LiveStream {
  write(text: string): unknown;
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  readonly rows?: number | undefined;
}

/** The room there is for a block, in characters and lines, and which frame of an animation is due. */
export interface Frame {
  readonly width: number;
  readonly height: number;
  readonly number: number;
}

const frameMs = 100;

/** Lines at the end of a terminal that are redrawn in place ten times a second. Notices go above them. */
export class LiveBlock {
  readonly #stream: LiveStream;
  readonly #lines: (frame: Frame) => readonly string[];
  readonly #timer = setInterval(() => this.#draw(), frameMs).unref();
  readonly #returnNotices = takeNotices({
    write: (line) => this.above(line),
    pause: () => this.#pause(),
  });
  #drawn: readonly string[] = [];
  #number = 0;
  #isPaused = false;

  constructor(stream: LiveStream, lines: (frame: Frame) => readonly string[]) {
    this.#stream = stream;
    this.#lines = lines;
  }

  /** Writes a line that stays, over the block. */
  above(line: string): void {
    this.#stream.write(`${this.#erasure()}${line}\n`);
    this.#drawn = [];
    this.#draw();
  }

  /** Redraws for the last time, or wipes the block out. */
  end(options: { readonly keep: boolean }): void {
    clearInterval(this.#timer);
    this.#returnNotices();
    if (options.keep) this.#draw();
    else if (this.#drawn.length > 0) this.#stream.write(this.#erasure());
    this.#drawn = [];
  }

  #pause(): () => void {
    this.#stream.write(this.#erasure());
    this.#drawn = [];
    this.#isPaused = true;
    return () => {
      this.#isPaused = false;
    };
  }

  #draw(): void {
    if (this.#isPaused) return;
    this.#number += 1;
    const lines = this.#lines({
      // The last column stays free: some terminals wrap as soon as it is written to.
      width: Math.max(20, (this.#stream.columns ?? 80) - 1),
      height: Math.max(3, (this.#stream.rows ?? 24) - 2),
      number: this.#number,
    });
    if (lines.length + this.#drawn.length > 0) {
      this.#stream.write(`${this.#erasure()}${lines.map((line) => `${line}\n`).join('')}`);
    }
    this.#drawn = lines;
  }

  /** Clears from the first line of the block. Ctrl-C leaves `^C` after it; a terminal made narrower has wrapped its lines. */
  #erasure(): string {
    const columns = this.#stream.columns ?? 80;
    const rows = this.#drawn.reduce(
      (sum, line) => sum + Math.max(1, Math.ceil(stripVTControlCharacters(line).length / columns)),
      0,
    );
    return rows === 0 ? '' : `\r\u001b[${rows}A\u001b[0J`;
  }
}

const spinner = [...'⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏'];

/** The character of a turning wheel for a frame. */
export const spinnerOf = (frame: Frame): string => spinner[frame.number % spinner.length] ?? '';

/** Cuts a text to a number of characters, with an ellipsis for what is gone. */
export const shorten = (text: string, room: number): string =>
  text.length > room ? `${text.slice(0, Math.max(0, room - 1))}…` : text;
