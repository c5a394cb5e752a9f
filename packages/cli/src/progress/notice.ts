type Writer = (line: string) => void;

/** What has the screen to itself. */
export interface Screen {
  /** Writes a line that stays. */
  readonly write: Writer;
  /** Leaves the screen alone until the function is called that it gives back. */
  readonly pause: () => () => void;
}

const stderr: Screen = {
  write: (line) => {
    process.stderr.write(`${line}\n`);
  },
  pause: () => () => {},
};
let screen = stderr;

/** Writes a line to stderr that stays, above whatever is redrawn there. */
export const notice = (line: string): void => screen.write(line);

/** Stops redrawing, for something to be typed in. @returns goes on */
export const pauseRedrawing = (): (() => void) => screen.pause();

/** Has what redraws a part of the screen write the notices meanwhile. @returns gives them back */
export const takeNotices = (next: Screen): (() => void) => {
  screen = next;
  return () => {
    if (screen === next) screen = stderr;
  };
};
