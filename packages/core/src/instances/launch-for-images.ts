import { AmiPublisherError } from '@ami-publisher/base';
import { type Tags, tagKeys } from '../cloud/tags.js';
import type { Command } from '../operations/command.js';
import { planEachTarget } from '../operations/plan-each-target.js';
import { formatExpiry } from '../publish/options.js';
import type { TargetedResources } from '../resources/resolve.js';
import type { PublishedResource } from '../resources/results-file.js';
import { targetKey } from '../target/target.js';
import { checkLaunch, type LaunchChange, type LaunchOptions, launchChange } from './launch-change.js';
import { imageOfId } from './launch-image.js';
import { launch, undoLaunch } from './launch-run.js';
import { chooseNetwork } from './network.js';
import type { Readiness, ReadyInstance } from './start.js';

export interface LaunchForImagesRequest extends LaunchOptions {
  /** Writes the tag `ExpiresAt` on instances and volumes, this many ms after the plan is made. @default never */
  readonly expiresInMs?: number | undefined;
  /** @default 'running' */
  readonly readiness?: Readiness | undefined;
}

/** `launch-instances-for-images`: one of each AMI of results files, all side by side. */
export const launchInstancesForImages: Command<
  LaunchForImagesRequest & {
    /** By `targetKey`. */
    readonly resources: TargetedResources['resources'];
  },
  LaunchChange,
  ReadyInstance
> = {
  name: 'launch-instances-for-images',
  destroys: false,
  timeoutMs: 25 * 60_000,
  changesAtOnce: 16,
  plan: (context, { expiresInMs, ...given }) => {
    const { resources, readiness = 'running', network = {} } = given;
    const request = { ...given, tags: { ...given.tags, ...expiry(context.cloud.clock.now(), expiresInMs) } };
    checkLaunch(request);
    checkResources([...resources.values()].flat());
    return planEachTarget(context, async (target, ec2) => {
      const wanted = resources.get(targetKey(target)) ?? [];
      const ids = [...new Set(wanted.flatMap(({ imageId = [] }) => imageId))];
      const chosen = await chooseNetwork(ec2, network, context);
      const images = await Promise.all(ids.map((id) => imageOfId(ec2, id, context)));
      return images.map((image) => launchChange(image, chosen, request, readiness));
    });
  },
  run: launch,
  undo: undoLaunch,
};

const expiry = (now: number, expiresInMs: number | undefined): Tags => {
  if (expiresInMs === undefined) return {};
  if (expiresInMs > 0) return { [tagKeys.expiresAt]: formatExpiry(now + expiresInMs) };
  throw new AmiPublisherError('INVALID_OPTION', {
    message: `instances cannot expire in ${expiresInMs} ms`,
    remedy: 'leave the option out for instances that do not expire',
  });
};

/** Before anything is launched: every entry has an AMI and did not fail. @throws `INVALID_OPTION` */
export const checkResources = (resources: readonly PublishedResource[]): void => {
  const bad = resources.filter(({ imageId, error }) => imageId === undefined || error !== undefined);
  if (bad.length > 0) throw unusable(bad);
};

const unusable = (resources: readonly PublishedResource[]): AmiPublisherError => {
  const told = resources.map(({ account, region, error }) => `${account},${region}: ${error ?? 'no AMI'}`);
  return new AmiPublisherError('INVALID_OPTION', {
    message: `there are entries without an AMI that could be launched: ${told.join('; ')}`,
    remedy: 'publish again where it failed, or take these entries out of the file; nothing was launched',
  });
};
