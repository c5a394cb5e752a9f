type Level = 'ERROR' | 'WARNING';

/** A line of the original's log on stderr: local time with milliseconds, the logger's name, the level. */
export const log = (level: Level, text: string, now = new Date()): void => {
  process.stderr.write(`${logLine(level, text, now)}\n`);
};

/** `2026-03-14 09:26:53,123 - root - ERROR - text` */
export const logLine = (level: Level, text: string, now: Date): string => {
  const local = new Date(now.getTime() - now.getTimezoneOffset() * 60_000).toISOString();
  return `${local.slice(0, 10)} ${local.slice(11, 23).replace('.', ',')} - root - ${level} - ${text}`;
};
