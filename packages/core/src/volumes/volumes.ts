import type { ResolvedTargets } from '../cloud/cloud.js';
import type { AnyCommand } from '../operations/command.js';
import type { ChangeOptions, Operations } from '../operations/operations.js';
import type { OperationResults } from '../operations/results.js';
import { type AddVolumesRequest, addVolumes } from './add-volumes.js';
import { removeUnusedVolumes } from './remove-unused-volumes.js';

/** The commands of `Volumes`, for `new Operations`. */
export const volumeCommands: readonly AnyCommand[] = [addVolumes, removeUnusedVolumes];

/** Volumes of the unpackers of the targets. Each method gives one result per target. */
export class Volumes {
  constructor(readonly operations: Operations) {}

  /** Gives each target's unpacker one more free volume. @throws `INVALID_OPTION` for a size or tags that AWS would refuse. */
  add(
    targets: ResolvedTargets,
    request: AddVolumesRequest,
    options?: ChangeOptions,
  ): Promise<OperationResults> {
    return this.operations.run(addVolumes, targets, request, options);
  }

  /** Deletes the volumes that no stream uses. */
  removeUnused(targets: ResolvedTargets, options?: ChangeOptions): Promise<OperationResults> {
    return this.operations.run(removeUnusedVolumes, targets, {}, options);
  }
}
