import type { BootstrapRequest } from '../bootstrap/bootstrap-plan.js';
import { copyBootstrapImage } from '../bootstrap/copy-bootstrap-image.js';
import type { ResolvedTargets } from '../cloud/cloud.js';
import type { CallOptions } from '../cloud/ec2-api.js';
import type { AnyCommand } from '../operations/command.js';
import type { ChangeOptions, Operations } from '../operations/operations.js';
import type { OperationResults } from '../operations/results.js';
import { resolveResources } from '../resources/resolve.js';
import type { PublishedResource } from '../resources/results-file.js';
import type { ImageChoice } from '../sharing/chosen-images.js';
import { parseGrantees } from '../sharing/grantee.js';
import { shareCommand } from '../sharing/share.js';
import { unshareCommand } from '../sharing/unshare.js';
import type { TargetAnswer } from '../target/for-each-target.js';
import { deleteCommand } from './delete.js';
import { defaultRetentionMs } from './delete-ami.js';
import { deleteTags } from './delete-tags.js';
import { expireCommand } from './expire.js';
import { type ImageSearch, type ListedImage, type ListOptions, listImages } from './list-images.js';
import { setExclusiveTag } from './set-exclusive-tag.js';
import type { TagSearch } from './tag-search.js';

/** The commands of an `Amis`, for `new Operations`. */
export const amiCommands: readonly AnyCommand[] = [
  copyBootstrapImage,
  deleteCommand,
  deleteTags,
  expireCommand,
  setExclusiveTag,
  shareCommand,
  unshareCommand,
];

export interface DeleteOptions extends ChangeOptions {
  /** How long what is retired can be had again before `expire` deletes it; null deletes at once. @default 7 days */
  readonly retentionMs?: number | null | undefined;
}

export interface ExclusiveTagOptions extends ChangeOptions {
  /** Also takes `Name` from the AMIs that lose the tag, so that they leave their stream. @default false */
  readonly removeName?: boolean | undefined;
}

/** The AMIs that are meant: entries of results files, or what has tags in targets. */
export type AmiSelection =
  | readonly PublishedResource[]
  | { readonly targets: ResolvedTargets; readonly search: TagSearch };

export interface ShareOptions extends ChangeOptions {
  /** Makes a grant for each account that cannot use the key of a snapshot. @default false: such AMIs are not shared */
  readonly grant?: boolean | undefined;
}

/** AMIs of the targets. Each method gives one result per target. */
export class Amis {
  constructor(readonly operations: Operations) {}

  /**
   * Copies the first AMI of a stream into targets that have none, each from the nearest place that has one. Undone, copies are deleted.
   *
   * @throws `INVALID_OPTION`
   */
  copyBootstrapImage(
    targets: ResolvedTargets,
    request: BootstrapRequest,
    options: ChangeOptions = {},
  ): Promise<OperationResults> {
    return this.operations.run(copyBootstrapImage, targets, request, options);
  }

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

  /**
   * Lets others launch AMIs and copy their snapshots: accounts (by id), organizations and organizational units (by ARN). What they could not use, as
   * its key does not let them, is not shared: its target fails before anything is done there.
   *
   * @throws `NO_TARGETS`, `UNKNOWN_ACCOUNT`; `INVALID_OPTION` for a grantee of another form, or a search without tags
   * @example
   * await amis.share(resources, ['222222222222', 'arn:aws:organizations::111111111111:organization/o-abcdefghij']);
   */
  async share(
    selection: AmiSelection,
    granteeNames: readonly string[],
    { grant = false, ...options }: ShareOptions = {},
  ): Promise<OperationResults> {
    const grantees = parseGrantees(granteeNames, 'with');
    const { targets, images } = await this.#choose(selection, options);
    return this.operations.run(shareCommand, targets, { images, grantees, grant }, options);
  }

  /**
   * Takes back what {@link share} gives: permissions of the AMIs and of their snapshots, whoever gave them. Keys and grants are left alone.
   *
   * @throws `NO_TARGETS`, `UNKNOWN_ACCOUNT`; `INVALID_OPTION` for a grantee of another form, or a search without tags
   */
  async unshare(
    selection: AmiSelection,
    granteeNames: readonly string[],
    options: ChangeOptions = {},
  ): Promise<OperationResults> {
    const grantees = parseGrantees(granteeNames, 'from');
    const { targets, images } = await this.#choose(selection, options);
    return this.operations.run(unshareCommand, targets, { images, grantees }, options);
  }

  /** Lists the AMIs that the targets' accounts own. @throws `INVALID_OPTION` */
  list(
    targets: ResolvedTargets,
    search?: ImageSearch,
    options?: ListOptions,
  ): Promise<TargetAnswer<readonly ListedImage[]>[]> {
    return listImages(this.operations.cloud, targets, search, options);
  }

  async #choose(
    selection: AmiSelection,
    options: CallOptions,
  ): Promise<{ readonly targets: ResolvedTargets; readonly images: ImageChoice }> {
    if ('search' in selection) return { targets: selection.targets, images: { search: selection.search } };
    const { targets, resources } = await this.#resolve(selection, options);
    return { targets, images: { resources } };
  }

  #resolve(named: readonly PublishedResource[], { signal }: CallOptions) {
    return resolveResources(this.operations.cloud, named, { signal });
  }
}
