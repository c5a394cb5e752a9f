import { invalidOption } from '@ami-publisher/base';
import type { Random } from './random.js';

/** Times of which most are near a median and few are long, as services take them. */
export interface LogNormal {
  readonly kind: 'lognormal';
  readonly medianMs: number;
  /** Standard deviation of the logarithm: 0.5 makes one time in twenty longer than 2.3 medians. */
  readonly sigma: number;
}

/** Times from `minMs` to `maxMs`, each as likely as any other. */
export interface Uniform {
  readonly kind: 'uniform';
  readonly minMs: number;
  readonly maxMs: number;
}

/** A time in milliseconds, or how such times are distributed. */
export type Duration = number | LogNormal | Uniform;

/** From two even numbers to one of the standard normal distribution (Box and Muller, 1958). */
const standardNormal = (random: Random): number =>
  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());

/** One time of the distribution, in milliseconds. */
export const sampleMs = (duration: Duration, random: Random): number => {
  if (typeof duration === 'number') return duration;
  if (duration.kind === 'uniform') return duration.minMs + random() * (duration.maxMs - duration.minMs);
  return duration.medianMs * Math.exp(duration.sigma * standardNormal(random));
};

const isTime = (value: unknown): value is number =>
  typeof value === 'number' && Number.isFinite(value) && value >= 0;

const isDuration = (value: unknown): value is Duration => {
  if (isTime(value)) return true;
  if (typeof value !== 'object' || value === null) return false;
  const { kind, medianMs, sigma, minMs, maxMs } = value as Readonly<Record<string, unknown>>;
  if (kind === 'lognormal') return isTime(medianMs) && isTime(sigma);
  return kind === 'uniform' && isTime(minMs) && isTime(maxMs) && minMs <= maxMs;
};

/**
 * The value itself.
 *
 * @throws `INVALID_OPTION` naming the option, unless it is a time or a distribution of times.
 */
export const checkDuration = (name: string, value: unknown): Duration => {
  if (isDuration(value)) return value;
  throw invalidOption(
    name,
    'milliseconds, {kind: "lognormal", medianMs, sigma} or {kind: "uniform", minMs, maxMs}',
    JSON.stringify(value),
  );
};
