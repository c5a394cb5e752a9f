import { AmiPublisherError, toAmiPublisherError } from '@ami-publisher/base';
import { fromTagList } from '../cloud/tags.js';
import type { ChangeContext, Command } from '../operations/command.js';
import { planEachTarget } from '../operations/plan-each-target.js';
import { setTags } from '../operations/tag-change.js';
import { formatTarget } from '../target/target.js';
import {
  checkExclusiveTag,
  type ExclusiveTagChange,
  type ExclusiveTagRequest,
  findCarriers,
  planExclusiveTag,
  taggingCall,
} from './exclusive-tag-plan.js';
import { findImages, imageIdOf } from './look-up.js';
import { idsIn, noteAbsent } from './targeted.js';

/** EC2 may show tags as they were for a while (EC2 API reference, "Eventual consistency"). */
const settlingMs = 60_000;
const lookAgainMs = 5_000;

/**
 * `set-exclusive-tags`: of all AMIs of a stream in a target, the one of the results files alone has the tag. It gets it before the others
 * lose it, so that there is never none; what came of it is looked at, and a target where it fails is put back as it was.
 */
export const setExclusiveTag: Command<ExclusiveTagRequest, ExclusiveTagChange, null> = {
  name: 'set-exclusive-tags',
  destroys: true,
  timeoutMs: 5 * 60_000,
  plan: (context, request) => {
    checkExclusiveTag(request);
    return planEachTarget(context, async (target, ec2) => {
      const { imageIds } = idsIn(request, target);
      const images = await findImages(ec2, imageIds, context);
      noteAbsent(context, target, imageIds, images.map(imageIdOf));
      return planExclusiveTag(ec2, images, request, context);
    });
  },
  run: async (context, change) => {
    const { resource, key, value, others } = change;
    const carriers = await carriersOf(context, change);
    await context.intend(taggingCall, { imageId: resource });
    const losing: string[] = [];
    try {
      await setTags(context, resource, { [key]: value });
      for (const { imageId, tags } of others) {
        if (!carriers.includes(imageId)) continue;
        losing.push(imageId);
        await setTags(context, imageId, without(tags));
      }
      await verify(context, change);
    } catch (reason) {
      // One that was cut short goes on where it was, or is undone.
      context.signal.throwIfAborted();
      await putBackAfter(reason, context, change, losing);
    }
    return null;
  },
  undo: async (context, change) => {
    await carriersOf(context, change);
    await putBack(
      context,
      change,
      change.others.map(({ imageId }) => imageId),
    );
  },
};

/**
 * The AMIs of the stream that have the tag now.
 *
 * @throws `PLAN_OUTDATED` if one is among them that had it not when the change was planned
 */
const carriersOf = async (context: ChangeContext, change: ExclusiveTagChange): Promise<string[]> => {
  const { services, signal } = context;
  const carriers = (await findCarriers(services.ec2, change, { signal })).map(imageIdOf);
  const known = [change.resource, ...change.others.map(({ imageId }) => imageId)];
  const stranger = carriers.find((id) => !known.includes(id));
  if (stranger !== undefined) throw outdated(context, change, `${stranger} has it meanwhile`);
  return carriers;
};

const without = (tags: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.keys(tags).map((key) => [key, null]));

/** Looks until the tags are seen as they should be. @throws `PLAN_OUTDATED` */
const verify = async (context: ChangeContext, change: ExclusiveTagChange): Promise<void> => {
  const { services, signal, clock } = context;
  const { resource, key, value } = change;
  for (const endsAt = clock.now() + settlingMs; ; await clock.sleep(lookAgainMs, signal)) {
    const carriers = await findCarriers(services.ec2, change, { signal });
    const [only] = carriers;
    const isOnly = carriers.length === 1 && only !== undefined && imageIdOf(only) === resource;
    if (isOnly && fromTagList(only.Tags)[key] === value) return;
    if (clock.now() < endsAt) continue;
    const found = carriers.map(imageIdOf).join(', ') || 'none';
    throw outdated(context, change, `of the stream, ${found} has it in the end`);
  }
};

/** @throws the reason, with what is to be said of putting things back if that failed too */
const putBackAfter = async (
  reason: unknown,
  context: ChangeContext,
  change: ExclusiveTagChange,
  losing: readonly string[],
): Promise<never> => {
  const error = toAmiPublisherError(reason);
  try {
    await putBack(context, change, losing);
  } catch (second) {
    throw new AmiPublisherError(error.code, {
      message: `${error.message}; and what was changed could not be put back: ${toAmiPublisherError(second).message}`,
      target: formatTarget(context.target),
      resource: change.resource,
      remedy: 'undo the operation when the cause is mended',
      cause: reason,
    });
  }
  throw error;
};

/** Gives the tags back, to the others before the AMI that had been chosen loses its own. */
const putBack = async (
  context: ChangeContext,
  { resource, key, before, others }: ExclusiveTagChange,
  ids: readonly string[],
): Promise<void> => {
  for (const { imageId, tags } of others) if (ids.includes(imageId)) await setTags(context, imageId, tags);
  await setTags(context, resource, { [key]: before });
};

const outdated = (
  { target }: ChangeContext,
  { resource, key, name }: ExclusiveTagChange,
  why: string,
): AmiPublisherError =>
  new AmiPublisherError('PLAN_OUTDATED', {
    message: `${key} of ${name} is not for ${resource} alone: ${why}`,
    target: formatTarget(target),
    resource,
    remedy: 'make sure that nobody else sets the tag, then give the command again',
  });
