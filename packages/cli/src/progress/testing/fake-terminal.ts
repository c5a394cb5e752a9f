import type { LiveStream } from '../live-block.js';

const escapeCharacter = '\u001b';

/** A terminal that understands what progress writes: text, `\r`, `\n`, cursor up, clear to the end; colours are dropped. */
export class FakeTerminal implements LiveStream {
  readonly isTTY = true;
  /** Everything as it was written. */
  written = '';
  /** Whether a line ran into the right edge. */
  wrapped = false;
  /** Whether the cursor was to go above the top of what is kept. */
  scrolledOff = false;
  /** Whether colours were written. */
  coloured = false;
  column = 0;
  columns: number;
  readonly rows: number;
  #screen: string[] = [''];
  #row = 0;

  constructor(columns: number, rows: number) {
    this.columns = columns;
    this.rows = rows;
  }

  write(text: string): boolean {
    this.written += text;
    for (const [index, part] of text.split(escapeCharacter).entries()) {
      const [, count, command] = (index > 0 && /^\[(\d*)([A-Za-z])/.exec(part)) || [];
      if (command === 'A') this.#up(Number(count));
      if (command === 'J') this.#clear();
      if (command === 'm') this.coloured = true;
      const shown = command === undefined ? part : part.slice(part.indexOf(command) + 1);
      for (const character of shown) this.#put(character);
    }
    return true;
  }

  /** What the screen shows, without blank lines at its end. */
  lines(): string[] {
    const lines = this.#screen.map((line) => line.trimEnd());
    while (lines.at(-1) === '') lines.pop();
    return lines;
  }

  /** Makes it narrower; lines that do not fit any more are wrapped, as by most terminals. */
  resize(columns: number): void {
    this.columns = columns;
    const above = this.#screen.slice(0, this.#row).flatMap((line) => wrap(line.trimEnd(), columns));
    this.#screen = [...above, ''];
    this.#row = above.length;
  }

  #up(rows: number): void {
    // The top of the window: what scrolled out above it cannot be reached.
    const top = Math.max(0, this.#screen.length - this.rows);
    if (this.#row - rows < top) this.scrolledOff = true;
    this.#row = Math.max(top, this.#row - rows);
  }

  #clear(): void {
    this.#screen = this.#screen.slice(0, this.#row + 1);
    this.#screen[this.#row] = (this.#screen[this.#row] ?? '').slice(0, this.column);
  }

  #put(character: string): void {
    if (character === '\r') {
      this.column = 0;
      return;
    }
    if (character === '\n') {
      this.#row += 1;
      this.column = 0;
      this.#screen[this.#row] ??= '';
      return;
    }
    const line = (this.#screen[this.#row] ?? '').padEnd(this.column);
    this.#screen[this.#row] = line.slice(0, this.column) + character + line.slice(this.column + 1);
    this.column += 1;
    if (this.column >= this.columns) this.wrapped = true;
  }
}

const wrap = (line: string, columns: number): string[] =>
  line.length <= columns ? [line] : [line.slice(0, columns), ...wrap(line.slice(columns), columns)];
