const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];

/** `1.4 MiB` */
export const formatBytes = (bytes: number): string => {
  const power = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10));
  const amount = bytes / 1024 ** power;
  return `${power === 0 ? amount : amount.toFixed(1)} ${units[power]}`;
};

/** `412 ms`, `3.2 s`, `2 m 05 s` */
export const formatDuration = (ms: number): string => {
  // Rounded before the unit is chosen, so that nothing shows as 1000 ms or 60.0 s.
  if (Math.round(ms) < 1_000) return `${Math.round(ms)} ms`;
  if (Math.round(ms / 100) < 600) return `${(ms / 1_000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1_000);
  return `${Math.floor(seconds / 60)} m ${String(seconds % 60).padStart(2, '0')} s`;
};

/** `1 target`, `6 targets` */
export const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;

/** `2026-11-22 15:06:01`, UTC, of an RFC 3339 time. */
export const formatTime = (at: string): string => at.slice(0, 19).replace('T', ' ');

/** A message without the `account,region: ` that it begins with, for where that stands beside it. */
export const withoutPlace = (message: string, target: string): string =>
  message.startsWith(`${target}: `) ? message.slice(target.length + 2) : message;
