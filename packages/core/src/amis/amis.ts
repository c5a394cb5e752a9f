import type { CallOptions } from '../cloud/ec2-api.js';
import type { AnyCommand } from '../operations/command.js';
import type { ChangeOptions, Operations } from '../operations/operations.js';
import type { OperationResults } from '../operations/results.js';
import { resolveResources } from '../resources/resolve.js';
import type { PublishedResource } from '../resources/results-file.js';
import { deleteCommand } from './delete.js';
import { defaultRetentionMs } from './delete-ami.js';

/** The commands of an `Amis`, for `new Operations`. */
export const amiCommands: readonly AnyCommand[] = [deleteCommand];

export interface DeleteOptions extends ChangeOptions {
  /** How long what is retired can be had again before `expire` deletes it; null deletes at once. @default 7 days */
  readonly retentionMs?: number | null | undefined;
}

/** AMIs of the targets. Each method gives one result per target. */
export class Amis {
  constructor(readonly operations: Operations) {}

  /**
   * Retires the AMIs of results files, with the snapshots that have no AMI: nobody can launch them any more, and `expire` deletes them when
   * their time is over. What other accounts own is left alone.
   *
   * @throws `NO_TARGETS`, `UNKNOWN_ACCOUNT`
   */
  async delete(
    named: readonly PublishedResource[],
    { retentionMs = defaultRetentionMs, ...options }: DeleteOptions = {},
  ): Promise<OperationResults> {
    const { targets, resources } = await this.#resolve(named, options);
    return this.operations.run(deleteCommand, targets, { resources, retentionMs }, options);
  }

  #resolve(named: readonly PublishedResource[], { signal }: CallOptions) {
    return resolveResources(this.operations.cloud, named, { signal });
  }
}
