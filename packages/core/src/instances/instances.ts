import type { ResolvedTargets } from '../cloud/cloud.js';
import type { Tags } from '../cloud/tags.js';
import type { AnyCommand } from '../operations/command.js';
import type { ChangeOptions, Operations } from '../operations/operations.js';
import type { OperationResults } from '../operations/results.js';
import { resolveResources } from '../resources/resolve.js';
import type { PublishedResource } from '../resources/results-file.js';
import { importKeyPair, type KeyPairRequest, replaceKeyPair } from './key-pair.js';
import { type LaunchRequest, launchInstances, replaceInstances } from './launch.js';
import {
  checkResources,
  type LaunchForImagesRequest,
  launchInstancesForImages,
} from './launch-for-images.js';
import type { NamedInstances } from './named-instances.js';
import { type Readiness, startInstances } from './start.js';
import { stopIdleUnpackers } from './stop-idle.js';
import { type TerminateOptions, terminateInstances } from './terminate.js';
import { deleteTagsOnUnpackers, setTagsOnUnpackers } from './unpacker-tags.js';

/** The commands of an `Instances`, for `new Operations`. */
export const instanceCommands: readonly AnyCommand[] = [
  deleteTagsOnUnpackers,
  importKeyPair,
  launchInstances,
  launchInstancesForImages,
  replaceInstances,
  replaceKeyPair,
  setTagsOnUnpackers,
  startInstances,
  stopIdleUnpackers,
  terminateInstances,
];

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

  /**
   * Gives every target a key pair. One of that name with another key is an error, or is deleted first if it is to be replaced.
   *
   * @throws `INVALID_OPTION` for what is no RSA or ED25519 public key.
   */
  importKeyPair(
    targets: ResolvedTargets,
    { replace = false, ...request }: KeyPairRequest & { readonly replace?: boolean | undefined },
    options?: ChangeOptions,
  ): Promise<OperationResults> {
    return this.operations.run(replace ? replaceKeyPair : importKeyPair, targets, request, options);
  }

  /** Launches one instance in each target that has none of the name. Undone, it is terminated. */
  launch(
    targets: ResolvedTargets,
    request: LaunchRequest,
    options?: ChangeOptions,
  ): Promise<OperationResults> {
    return this.operations.run(launchInstances, targets, request, options);
  }

  /**
   * Launches one instance of each AMI that results files name, all side by side. Undone, they are terminated.
   *
   * @throws `INVALID_OPTION` if an entry has no AMI or failed, before anything is launched.
   */
  async launchForImages(
    resources: readonly PublishedResource[],
    request: LaunchForImagesRequest = {},
    options: ChangeOptions = {},
  ): Promise<OperationResults> {
    checkResources(resources);
    const { targets, resources: byTarget } = await resolveResources(
      this.operations.cloud,
      resources,
      options,
    );
    return this.operations.run(
      launchInstancesForImages,
      targets,
      { ...request, resources: byTarget },
      options,
    );
  }

  /** Launches one instance in each target; once it is ready, and the others of the name work for no publication, those are terminated. */
  replace(
    targets: ResolvedTargets,
    request: LaunchRequest & TerminateOptions,
    options?: ChangeOptions,
  ): Promise<OperationResults> {
    return this.operations.run(replaceInstances, targets, request, options);
  }

  /** Starts instances, also those that are just stopping, and waits until they run, or until their unpackers answer. */
  start(
    targets: ResolvedTargets,
    request: NamedInstances & { readonly readiness?: Readiness | undefined } = {},
    options?: ChangeOptions,
  ): Promise<OperationResults> {
    return this.operations.run(startInstances, targets, request, options);
  }

  /** Stops the unpackers that no publication has used for five minutes, or for `maxIdleMs`, and uses now. */
  stopIdle(
    targets: ResolvedTargets,
    request: NamedInstances & { readonly maxIdleMs?: number | undefined } = {},
    options?: ChangeOptions,
  ): Promise<OperationResults> {
    return this.operations.run(stopIdleUnpackers, targets, request, options);
  }

  /** Terminates instances whose unpackers work for no publication. Cannot be undone. */
  terminate(
    targets: ResolvedTargets,
    request: NamedInstances & TerminateOptions = {},
    options?: ChangeOptions,
  ): Promise<OperationResults> {
    return this.operations.run(terminateInstances, targets, request, options);
  }
}
