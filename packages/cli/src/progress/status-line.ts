/** One line that is written over, for work that is no publication. */
export interface StatusLine {
  show(text: string): void;
  end(): void;
}

const everyMs = 100;

/** Nothing if quiet or not on a terminal. */
export const createStatusLine = (options: Readonly<Record<string, unknown>>): StatusLine => {
  if (options.quiet === true || options.progress === false || !process.stderr.isTTY) {
    return { show: () => {}, end: () => {} };
  }
  let shownAt = 0;
  return {
    show: (text) => {
      if (Date.now() - shownAt < everyMs) return;
      shownAt = Date.now();
      process.stderr.write(`\r\u001b[2K${text.slice(0, (process.stderr.columns ?? 80) - 1)}`);
    },
    end: () => {
      if (shownAt > 0) process.stderr.write('\r\u001b[2K');
    },
  };
};
