import type { ResolvedTargets } from '../cloud/cloud.js';
import type { CallOptions } from '../cloud/ec2-api.js';
import type { AnyCommand } from '../operations/command.js';
import type { ChangeOptions, Operations } from '../operations/operations.js';
import type { OperationResults } from '../operations/results.js';
import { resolveResources } from '../resources/resolve.js';
import type { PublishedResource } from '../resources/results-file.js';
import type { TargetAnswer } from '../unpacker/fleet.js';
import { deleteCommand } from './delete.js';
import { defaultRetentionMs } from './delete-ami.js';
import { deleteTags } from './delete-tags.js';
import { expireCommand } from './expire.js';
import { type ImageSearch, type ListedImage, type ListOptions, listImages } from './list-images.js';
import { setExclusiveTag } from './set-exclusive-tag.js';

/** The commands of an `Amis`, for `new Operations`. */
export const amiCommands: readonly AnyCommand[] = [deleteCommand, deleteTags, expireCommand, setExclusiveTag];

export interface DeleteOptions extends ChangeOptions {
  /** How long what is retired can be had again before `expire` deletes it; null deletes at once. @default 7 days */
  readonly retentionMs?: number | null | undefined;
}

export interface ExclusiveTagOptions extends ChangeOptions {
  /** Also takes `Name` from the AMIs that lose the tag, so that they leave their stream. @default false */
  readonly removeName?: boolean | undefined;
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

  /**
   * Takes a tag from the AMIs and snapshots of results files, whatever its value.
   *
   * @throws `NO_TARGETS`, `UNKNOWN_ACCOUNT`; `INVALID_OPTION` for a key that is AWS's or ours
   */
  async deleteTags(
    named: readonly PublishedResource[],
    key: string,
    options: ChangeOptions = {},
  ): Promise<OperationResults> {
    const { targets, resources } = await this.#resolve(named, options);
    return this.operations.run(deleteTags, targets, { resources, key }, options);
  }

  /**
   * Deletes what is due by its tag `ExpiresAt` or `ami-publisher:delete-after`: AMIs with their snapshots, instances, snapshots and volumes, all
   * of them the accounts' own. What is protected, or in use by what stays, stays, and is told of in the notices.
   */
  expire(targets: ResolvedTargets, options: ChangeOptions = {}): Promise<OperationResults> {
    return this.operations.run(expireCommand, targets, null, options);
  }

  /**
   * Has the AMIs of results files alone carry a tag, among the AMIs of their streams in their targets.
   *
   * @throws `NO_TARGETS`, `UNKNOWN_ACCOUNT`; `INVALID_OPTION` for a tag that cannot be exclusive, such as `Name`
   */
  async setExclusiveTag(
    named: readonly PublishedResource[],
    tag: { readonly key: string; readonly value: string },
    { removeName = false, ...options }: ExclusiveTagOptions = {},
  ): Promise<OperationResults> {
    const { targets, resources } = await this.#resolve(named, options);
    return this.operations.run(setExclusiveTag, targets, { ...tag, resources, removeName }, options);
  }

  /** Lists the AMIs that the targets' accounts own. @throws `INVALID_OPTION` */
  list(
    targets: ResolvedTargets,
    search?: ImageSearch,
    options?: ListOptions,
  ): Promise<TargetAnswer<readonly ListedImage[]>[]> {
    return listImages(this.operations.cloud, targets, search, options);
  }

  #resolve(named: readonly PublishedResource[], { signal }: CallOptions) {
    return resolveResources(this.operations.cloud, named, { signal });
  }
}
