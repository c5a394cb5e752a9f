import { type AmiPublisherError, toAmiPublisherError } from '@ami-publisher/base';
import { fromTagList, type Tags, toTagList } from '@ami-publisher/core';
import { productOf, targetOf } from '../executors/places.js';
import type { ExecutorServices } from '../executors/services.js';
import { type AmiDetails, amisOf, creation, type LifecycleState, patchTrack } from '../lifecycles/state.js';
import { lifecycleTags } from './ami-tags.js';

/** A tag of an AMI that is not as its lifecycle has it. */
export interface TagDifference {
  readonly key: string;
  readonly expected: string;
  /** Left out where the AMI has no such tag. */
  readonly actual?: string;
}

/** What became of one AMI. */
export interface ReconciledAmi {
  readonly lifecycleId: string;
  readonly ami: AmiDetails;
  readonly differences: readonly TagDifference[];
  /** Whether its tags are as they should be now, were left alone, or could not be seen to. */
  readonly status: 'in-order' | 'corrected' | 'would-correct' | 'failed';
  readonly error?: AmiPublisherError;
}

export interface ReconcileOptions {
  readonly signal: AbortSignal;
  /** Says what differs, and changes nothing. @default false */
  readonly dryRun?: boolean;
}

/**
 * Makes the tags of all AMIs of a lifecycle, created and patched, those that its record asks for; tags of others stay. An AMI that fails keeps no other
 * from being seen to.
 */
export const reconcile = async (
  services: ExecutorServices,
  state: LifecycleState,
  options: ReconcileOptions,
): Promise<readonly ReconciledAmi[]> => {
  const reconciled: ReconciledAmi[] = [];
  for (const track of [creation, ...state.patches.map(({ number }) => patchTrack(number))]) {
    const wanted = lifecycleTags(state, track);
    for (const ami of amisOf(state, track))
      reconciled.push(await reconcileAmi(services, state, ami, wanted, options));
  }
  return reconciled;
};

const reconcileAmi = async (
  { cloud, configuration }: ExecutorServices,
  state: LifecycleState,
  ami: AmiDetails,
  wanted: Tags,
  { signal, dryRun = false }: ReconcileOptions,
): Promise<ReconciledAmi> => {
  const common = { lifecycleId: state.lifecycle.id, ami };
  try {
    const target = await targetOf(cloud, productOf(configuration, state), ami, signal);
    const ec2 = await cloud.ec2(target);
    const { Images: [image] = [] } = await ec2.describeImages({ ImageIds: [ami.image] }, { signal });
    const differences = differencesOf(fromTagList(image?.Tags), wanted);
    if (differences.length === 0) return { ...common, differences, status: 'in-order' };
    if (dryRun) return { ...common, differences, status: 'would-correct' };
    const Tags = toTagList(Object.fromEntries(differences.map(({ key, expected }) => [key, expected])));
    await ec2.createTags({ Resources: [ami.image], Tags }, { signal });
    return { ...common, differences, status: 'corrected' };
  } catch (reason) {
    return { ...common, differences: [], status: 'failed', error: toAmiPublisherError(reason) };
  }
};

const differencesOf = (actual: Tags, wanted: Tags): readonly TagDifference[] =>
  Object.entries(wanted).flatMap(([key, expected]) => {
    const value = actual[key];
    if (value === expected) return [];
    return [{ key, expected, ...(value !== undefined && { actual: value }) }];
  });
