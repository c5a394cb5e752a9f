import type { PlanContext } from '../operations/command.js';
import type { PublishedResource } from '../resources/results-file.js';
import { formatTarget, type Target, targetKey } from '../target/target.js';

/** A request about what results files name. */
export interface ResourcesRequest {
  /** By `targetKey`. */
  readonly resources: ReadonlyMap<string, readonly PublishedResource[]>;
}

/** The AMIs and snapshots that the files name in a target, each once. */
export const idsIn = (
  { resources }: ResourcesRequest,
  target: Target,
): { readonly imageIds: readonly string[]; readonly snapshotIds: readonly string[] } => {
  const named = resources.get(targetKey(target)) ?? [];
  return {
    imageIds: [...new Set(named.flatMap(({ imageId }) => imageId ?? []))],
    snapshotIds: [...new Set(named.flatMap(({ snapshotId }) => snapshotId ?? []))],
  };
};

/** Tells of what files name and the account does not have. */
export const noteAbsent = (
  { note }: Pick<PlanContext, 'note'>,
  target: Target,
  named: readonly string[],
  found: readonly string[],
): void => {
  const there = new Set(found);
  for (const id of named)
    if (!there.has(id))
      note(`${formatTarget(target)}: ${id} is gone, or belongs to another account, and is left alone`);
};
