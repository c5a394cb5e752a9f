import { type AmiPublisherError, toAmiPublisherError } from '@ami-publisher/base';
import pMap from 'p-map';
import { formatTarget, type Target } from './target.js';

/** What came of one target of an inquiry over many. */
export type TargetAnswer<T> =
  | { readonly target: Target; readonly value: T }
  | { readonly target: Target; readonly error: AmiPublisherError };

export interface ForEachOptions<T> {
  /** How many targets at once. */
  readonly concurrency: number;
  /** Once aborted, no further target is asked. */
  readonly signal?: AbortSignal | undefined;
  /** Hears of each answer as it comes. */
  readonly onAnswer?: ((answer: TargetAnswer<T>) => void) | undefined;
}

/** Asks each target; one that fails is data, and leaves the others alone. Answers are in the order of the targets. */
export const forEachTarget = <T>(
  targets: readonly Target[],
  ask: (target: Target) => Promise<T>,
  { concurrency, signal, onAnswer }: ForEachOptions<T>,
): Promise<TargetAnswer<T>[]> =>
  pMap(
    targets,
    async (target) => {
      const answer = await answerOf(target, ask, signal);
      onAnswer?.(answer);
      return answer;
    },
    { concurrency },
  );

/** @returns what a target says, or why it does not */
const answerOf = async <T>(
  target: Target,
  ask: (target: Target) => Promise<T>,
  signal: AbortSignal | undefined,
): Promise<TargetAnswer<T>> => {
  try {
    signal?.throwIfAborted();
    return { target, value: await ask(target) };
  } catch (reason) {
    return { target, error: toAmiPublisherError(reason).at(formatTarget(target)) };
  }
};
