import { AmiPublisherError, type Clock, Deadlines, toAmiPublisherError } from '@ami-publisher/base';
import type { Cloud } from '../../cloud/cloud.js';
import type { EventBody } from '../../steps/events.js';
import { MemoryJournalStore } from '../../steps/memory-journal.js';
import { type TargetUndo, undoSteps } from '../../steps/undo.js';
import { formatTarget, type Target } from '../../target/target.js';
import type { UnpackerFleet } from '../../unpacker/fleet.js';
import type { TargetRollback } from '../rollback.js';
import { undoableSteps } from '../rollback.js';
import { PublishSession } from '../session.js';
import { publishSteps } from '../steps/index.js';
import { findTagged, isAnything, isPublished, type TaggedResources } from './find.js';
import { planOfTags, recordsOfTags } from './records.js';
import { awaitLeaseOver } from './still-running.js';

export interface TaggedRollbackOptions {
  readonly cloud: Cloud;
  readonly fleet: UnpackerFleet;
  readonly publicationId: string;
  readonly dryRun: boolean;
  /** Also what is published, and also while the publication may be running. */
  readonly force: boolean;
  /** Ms since the Unix epoch: until then a last request may still take effect or become visible. */
  readonly settledAt: number;
  readonly signal: AbortSignal;
  readonly emit: (event: EventBody) => void;
}

/**
 * Undoes in one target what the tags show, with the steps' own undo, as if a journal said that they had finished. Since a last request of the
 * publication may take effect or become visible late, the target is looked at again when it has settled, until nothing is left.
 */
export const rollbackByTags = async (
  options: TaggedRollbackOptions,
  target: Target,
): Promise<TargetRollback> => {
  const { account, region } = target;
  const report = { account, region, undone: [], errors: [] };
  try {
    const found = await look(options, target);
    if (isPublished(found) && !options.force) return { ...report, status: 'kept' };
    if (options.dryRun) return { ...report, ...wouldUndo(options.cloud.clock, target, found) };
    return { ...report, ...(await undoUntilGone(options, target, found)) };
  } catch (reason) {
    options.signal.throwIfAborted();
    const { message } = toAmiPublisherError(reason).at(formatTarget(target));
    return { ...report, status: 'failed', errors: [message] };
  }
};

const look = async (
  { cloud, publicationId, signal }: TaggedRollbackOptions,
  target: Target,
): Promise<TaggedResources> => findTagged(await cloud.ec2(target), publicationId, { signal });

const wouldUndo = (clock: Clock, target: Target, found: TaggedResources) => {
  if (!isAnything(found)) return { status: 'nothing' as const };
  const now = clock.now();
  const [would] = undoableSteps(
    recordsOfTags(target, found, now),
    planOfTags('', target, found, now).targets,
  );
  return { status: 'would-roll-back' as const, undone: would?.undone ?? [] };
};

/** Rounds of undoing after which what is still there is an error. */
const maxRounds = 6;
const pauseMs = 5_000;

const undoUntilGone = async (
  options: TaggedRollbackOptions,
  target: Target,
  first: TaggedResources,
): Promise<Pick<TargetRollback, 'status' | 'undone' | 'errors'>> => {
  const { clock } = options.cloud;
  const undone = new Set<string>();
  let { settledAt } = options;
  let found = mayBePublishedYet(first) ? await lookAt(options, target, settledAt) : first;
  for (let left = maxRounds; ; left--) {
    const sofar = { undone: [...undone], errors: [] };
    if (!isAnything(found)) {
      if (clock.now() >= settledAt) return { ...sofar, status: undone.size > 0 ? 'rolled-back' : 'nothing' };
    } else if (isPublished(found) && !options.force) {
      if (undone.size === 0) return { ...sofar, status: 'kept' };
      throw publishedMeanwhile(options.publicationId, target);
    } else {
      if (left === 0) throw stillThere(found, target);
      const begunAt = clock.now();
      const round = await undoFound(options, target);
      for (const step of round.undone) undone.add(step);
      settledAt = Math.max(settledAt, round.settledAt);
      const errors = round.failures.map(({ error }) => error.message);
      // Before that, what stands in the way may be what is not visible yet.
      if (errors.length > 0 && begunAt >= settledAt) return { status: 'failed', undone: [...undone], errors };
    }
    found = await lookAt(options, target, Math.max(settledAt, clock.now() + pauseMs));
  }
};

/** A last RegisterImage may be on its way; nothing that such an AMI would miss is taken away before that is known. */
const mayBePublishedYet = ({ images, snapshots }: TaggedResources): boolean =>
  images.length === 0 && snapshots.some(({ state }) => state === 'completed');

const lookAt = async (
  options: TaggedRollbackOptions,
  target: Target,
  at: number,
): Promise<TaggedResources> => {
  const { clock } = options.cloud;
  await clock.sleep(Math.max(0, at - clock.now()), options.signal);
  return look(options, target);
};

const undoFound = async (
  options: TaggedRollbackOptions,
  target: Target,
): Promise<TargetUndo & { readonly settledAt: number }> => {
  const { cloud, emit, fleet, force, publicationId, signal } = options;
  const { clock, logger } = cloud;
  const settledAt = force ? 0 : await awaitLeaseOver(options, target);
  // It may have gone on until its lease ran out.
  const found = await look(options, target);
  if (isPublished(found) && !force) throw publishedMeanwhile(publicationId, target);
  const plan = planOfTags(publicationId, target, found, clock.now());
  const journal = await new MemoryJournalStore().create(publicationId);
  for (const record of recordsOfTags(target, found, clock.now())) await journal.append(record);
  const parts = { cloud, fleet, renewals: new Deadlines(clock) };
  const [undo] = await undoSteps({
    targets: [target],
    steps: () => publishSteps,
    services: (_target, work) => PublishSession.open(plan, plan.targets[0]!, parts, work),
    journal,
    concurrency: 1,
    clock,
    logger,
    signal,
    emit,
  });
  if (undo === undefined) throw new TypeError('undoing one target gave no answer');
  return { ...undo, settledAt };
};

const stillThere = ({ images, snapshots, volumes }: TaggedResources, target: Target): AmiPublisherError => {
  const ids = [
    ...images.map(({ imageId }) => imageId),
    ...snapshots.map(({ snapshotId }) => snapshotId),
    ...volumes.map(({ volumeId }) => volumeId),
  ].join(', ');
  return new AmiPublisherError('RESOURCE_FAILED', {
    message: `${ids}: still there, or there again, after ${maxRounds} rounds of undoing`,
    target: formatTarget(target),
    resource: ids,
    remedy: 'make sure that the publication does not run any more, then roll back again',
  });
};

const publishedMeanwhile = (publicationId: string, target: Target): AmiPublisherError =>
  new AmiPublisherError('LEASE_HELD', {
    message: `${publicationId} has published here while it was to be rolled back`,
    target: formatTarget(target),
    resource: publicationId,
    remedy: 'keep it, or take it away with --force',
  });
