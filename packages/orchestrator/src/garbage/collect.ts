import { type AmiPublisherError, isAmiPublisherError, toAmiPublisherError } from '@ami-publisher/base';
import { fromTagList, type Target, targetKey } from '@ami-publisher/core';
import type { Instance } from '@aws-sdk/client-ec2';
import type { ExecutorServices } from '../executors/services.js';
import { workTagKeys } from '../executors/work-tags.js';
import type { LifecycleService } from '../lifecycles/lifecycle-service.js';

/** An instance that an attempt launched and that should have gone. */
export interface Garbage {
  readonly target: Target;
  readonly instanceId: string;
  readonly lifecycleId: string;
  readonly attemptId: string;
  readonly ageMs: number;
  /** Whether its attempt was still in progress, and is now ended as an error. */
  readonly attemptBroken: boolean;
}

/** A target that could not be looked into. */
export interface UnseenTarget {
  readonly target: Target;
  readonly error: AmiPublisherError;
}

export interface CollectOptions {
  readonly services: ExecutorServices;
  readonly lifecycles: Pick<LifecycleService, 'load' | 'breakAttempt'>;
  /** An instance may be so old at most, ms, even if its attempt is in progress. */
  readonly maxAgeMs: number;
  readonly signal: AbortSignal;
  /** Says what would go, and does nothing. @default false */
  readonly dryRun?: boolean;
}

/** An attempt that has just ended may still be cleaning up after itself. */
const graceMs = 10 * 60_000;

/**
 * Terminates instances that attempts have left behind, in all targets of all products: those whose attempt is not in progress any more, and those that
 * are too old, whose attempt is ended as an error.
 */
export const collectGarbage = async (
  options: CollectOptions,
): Promise<{ readonly garbage: readonly Garbage[]; readonly unseen: readonly UnseenTarget[] }> => {
  const garbage: Garbage[] = [];
  const unseen: UnseenTarget[] = [];
  for (const target of await allTargets(options)) {
    try {
      garbage.push(...(await collectIn(options, target)));
    } catch (reason) {
      unseen.push({ target, error: toAmiPublisherError(reason) });
    }
  }
  return { garbage, unseen };
};

/** The primary targets of all products, each once: nothing is launched elsewhere. */
const allTargets = async ({ services, signal }: CollectOptions): Promise<readonly Target[]> => {
  const targets = new Map<string, Target>();
  for (const { primary } of services.configuration.products) {
    const resolved = await services.cloud.resolveTargets(primary, { signal });
    for (const target of resolved.targets) targets.set(targetKey(target), target);
  }
  return [...targets.values()];
};

const collectIn = async (options: CollectOptions, target: Target): Promise<readonly Garbage[]> => {
  const { services, signal, dryRun = false } = options;
  const ec2 = await services.cloud.ec2(target);
  const garbage: Garbage[] = [];
  let token: string | undefined;
  do {
    const page = await ec2.describeInstances(
      {
        Filters: [
          { Name: 'tag-key', Values: [workTagKeys.attempt] },
          { Name: 'instance-state-name', Values: ['pending', 'running', 'stopping', 'stopped'] },
        ],
        ...(token !== undefined && { NextToken: token }),
      },
      { signal },
    );
    const instances = (page.Reservations ?? []).flatMap(({ Instances = [] }) => Instances);
    for (const instance of instances) garbage.push(...(await judge(options, target, instance)));
    token = page.NextToken;
  } while (token !== undefined);
  const InstanceIds = garbage.map(({ instanceId }) => instanceId);
  if (!dryRun && InstanceIds.length > 0) await ec2.terminateInstances({ InstanceIds }, { signal });
  return garbage;
};

const judge = async (
  { services, lifecycles, maxAgeMs, dryRun = false }: CollectOptions,
  target: Target,
  { InstanceId: instanceId = '', LaunchTime, Tags }: Instance,
): Promise<readonly Garbage[]> => {
  const tags = fromTagList(Tags);
  const lifecycleId = tags[workTagKeys.lifecycle] ?? '';
  const attemptId = tags[workTagKeys.attempt] ?? '';
  const ageMs = services.clock.now() - (LaunchTime?.getTime() ?? 0);
  const runs = await isRunning(lifecycles, lifecycleId, attemptId);
  if (ageMs <= (runs ? maxAgeMs : graceMs)) return [];
  const attemptBroken = runs && !dryRun;
  if (attemptBroken)
    await lifecycles.breakAttempt(
      lifecycleId,
      attemptId,
      `its instance ${instanceId} was terminated because it is ${Math.round(ageMs / 60_000)} minutes old`,
    );
  return [{ target, instanceId, lifecycleId, attemptId, ageMs, attemptBroken }];
};

/** What belongs to a lifecycle that is not there any more belongs to nobody. */
const isRunning = async (
  lifecycles: Pick<LifecycleService, 'load'>,
  lifecycleId: string,
  attemptId: string,
): Promise<boolean> => {
  try {
    const { attempts } = await lifecycles.load(lifecycleId);
    return attempts.find(({ id }) => id === attemptId)?.status === 'RUNNING';
  } catch (reason) {
    if (isAmiPublisherError(reason) && reason.code === 'LIFECYCLE_NOT_FOUND') return false;
    throw reason;
  }
};
