import type { CallLimit } from './time-limit.js';

const secondMs = 1_000;
const minuteMs = 60 * secondMs;

/** How long calls may take, unless the caller says otherwise. */
export const limits = {
  lookUp: { timeoutMs: 30 * secondMs },
  change: { timeoutMs: minuteMs },
  /** A scan reads every file of a volume. */
  scan: { timeoutMs: 30 * minuteMs },
  unpack: { timeoutMs: 60 * minuteMs },
  /** A log may be quiet for as long as its stream works. */
  watch: { timeoutMs: 24 * 60 * minuteMs },
  /** No bytes for so long. */
  transfer: { timeoutMs: minuteMs, restartsOnBytes: true },
} as const satisfies Record<string, CallLimit>;
