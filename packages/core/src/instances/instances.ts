import type { ResolvedTargets } from '../cloud/cloud.js';
import type { Tags } from '../cloud/tags.js';
import type { AnyCommand } from '../operations/command.js';
import type { ChangeOptions, Operations } from '../operations/operations.js';
import type { OperationResults } from '../operations/results.js';
import { deleteTagsOnUnpackers, type NamedInstances, setTagsOnUnpackers } from './unpacker-tags.js';

/** The commands of an `Instances`, for `new Operations`. */
export const instanceCommands: readonly AnyCommand[] = [setTagsOnUnpackers, deleteTagsOnUnpackers];

/** Instances of the targets, found by their `Name` tag. Each method gives one result per target. */
export class Instances {
  constructor(readonly operations: Operations) {}

  /** Tags instances; those that have the tags are left alone. @throws `INVALID_OPTION` for tags that AWS would refuse. */
  setTags(
    targets: ResolvedTargets,
    request: NamedInstances & { readonly tags: Tags },
    options?: ChangeOptions,
  ): Promise<OperationResults> {
    return this.operations.run(setTagsOnUnpackers, targets, request, options);
  }

  /** Takes tags from instances, whatever their values. */
  deleteTags(
    targets: ResolvedTargets,
    request: NamedInstances & { readonly keys: readonly string[] },
    options?: ChangeOptions,
  ): Promise<OperationResults> {
    return this.operations.run(deleteTagsOnUnpackers, targets, request, options);
  }
}
