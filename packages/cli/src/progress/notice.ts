type Writer = (line: string) => void;

const toStderr: Writer = (line) => {
  process.stderr.write(`${line}\n`);
};
let write = toStderr;

/** Writes a line to stderr that stays, above whatever is redrawn there. */
export const notice = (line: string): void => write(line);

/** Has what redraws a part of the screen write the notices meanwhile. @returns gives them back */
export const takeNotices = (writer: Writer): (() => void) => {
  write = writer;
  return () => {
    if (write === writer) write = toStderr;
  };
};
