import { invalidOption } from '@ami-publisher/base';
import type { CallOptions } from '../../cloud/ec2-api.js';
import type { Tags } from '../../cloud/tags.js';
import type { JournalStore } from '../../steps/journal.js';
import { type TagSearch, tagSearch } from '../tag-search.js';

/** Which AMIs are looked at, and what keeps them beside their use. */
export interface UsageOptions extends TagSearch, CallOptions {
  /** Younger ones are kept, ms. @default 24 hours */
  readonly minAgeMs?: number | undefined;
  /** One that AWS saw launched within this time counts as in use, whoever launched it, ms. @default 7 days */
  readonly launchedWithinMs?: number | undefined;
  /**
   * Has AWS report, for each AMI that nothing else uses, which other accounts use it, waits for that, and deletes the reports again; what
   * cannot be told so counts as a use. Reports that are there are read in any case. @default false
   */
  readonly usageReports?: boolean | undefined;
  /** How long those reports are waited for in each target, ms. @default 15 minutes */
  readonly usageReportsTimeoutMs?: number | undefined;
  /** How many of each stream are kept, the newest first, in each target. @default 1 */
  readonly keepLast?: number | undefined;
  /** Journals, to see which publications are not finished. @default that is not looked at */
  readonly journals?: JournalStore | undefined;
  /** How many targets at once. @default 32 */
  readonly concurrency?: number | undefined;
}

/** The options with their defaults. */
export interface ResolvedUsageOptions extends CallOptions {
  readonly isLookedAt: (tags: Tags) => boolean;
  readonly minAgeMs: number;
  readonly launchedWithinMs: number;
  readonly usageReports: boolean;
  readonly usageReportsTimeoutMs: number;
  readonly keepLast: number;
  readonly journals: JournalStore | undefined;
  readonly concurrency: number;
}

const dayMs = 86_400_000;
/** AWS says nothing of how long a report takes; the waiter of its SDK looks every 15 seconds at the most often. */
const defaultReportsTimeoutMs = 900_000;
/** Everything that is told of the images of that many targets is held at once. */
const defaultConcurrency = 32;

/** @throws `INVALID_OPTION` naming the option */
export const resolveUsageOptions = (options: UsageOptions): ResolvedUsageOptions => ({
  isLookedAt: tagSearch(options),
  minAgeMs: atLeast('minAgeMs', 0, options.minAgeMs ?? dayMs),
  launchedWithinMs: atLeast('launchedWithinMs', 0, options.launchedWithinMs ?? 7 * dayMs),
  usageReports: options.usageReports ?? false,
  usageReportsTimeoutMs: atLeast(
    'usageReportsTimeoutMs',
    0,
    options.usageReportsTimeoutMs ?? defaultReportsTimeoutMs,
  ),
  keepLast: wholeAtLeast('keepLast', 0, options.keepLast ?? 1),
  journals: options.journals,
  concurrency: wholeAtLeast('concurrency', 1, options.concurrency ?? defaultConcurrency),
  signal: options.signal,
});

const atLeast = (name: string, least: number, value: number): number => {
  if (value >= least) return value;
  throw invalidOption(name, `at least ${least}`, value);
};

/** A whole number of at least that size. @throws `INVALID_OPTION` naming the option */
export const wholeAtLeast = (name: string, least: number, value: number): number => {
  if (Number.isSafeInteger(value) && value >= least) return value;
  throw invalidOption(name, `a whole number of at least ${least}`, value);
};
