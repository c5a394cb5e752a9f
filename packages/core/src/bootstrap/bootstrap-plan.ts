import { AmiPublisherError, invalidOption } from '@ami-publisher/base';
import type { ResolvedTargets } from '../cloud/cloud.js';
import { describeImages } from '../cloud/describe.js';
import type { Ec2Api } from '../cloud/ec2-api.js';
import { checkTags, escapeFilterValue, type Tags } from '../cloud/tags.js';
import { chooseNetwork } from '../instances/network.js';
import type { PlanContext } from '../operations/command.js';
import { planEachTarget } from '../operations/plan-each-target.js';
import { renderAmiName } from '../publish/ami-name.js';
import { forEachTarget, type TargetAnswer } from '../target/for-each-target.js';
import { formatTarget, type Target, targetKey } from '../target/target.js';
import { chooseSource } from './choose-source.js';
import { copierImage } from './copier-image.js';
import { type CopyChange, type CopyPlan, copyChange, type Original } from './copy-change.js';
import { type CopierOptions, type InstanceCopy, instanceCopy } from './instance-change.js';
import { findUnpackerVolumes, nearestVolume } from './raw-sources.js';
import { findStreamImages, type StreamImages } from './stream-images.js';

/** Which stream is to be had in every target, and how the copies are to be. */
export interface BootstrapRequest {
  readonly stream: string;
  /** Where to copy from. @default the targets themselves */
  readonly from?: ResolvedTargets | undefined;
  /** AMI name, with `{stream}`, `{leaf}`, `{architecture}`, `{date}`. @default '{stream}/bootstrap' */
  readonly amiName?: string | undefined;
  /** Of the copies, where no target's own setting says otherwise. @default the account's default EBS key */
  readonly kmsKey?: string | undefined;
  /**
   * Customer managed key where a copy is from, of an account whose snapshot others cannot use: by way of a copy under this key, which goes when
   * it is copied. @default such a source is passed over
   */
  readonly transferKey?: string | undefined;
  /** How the disk gets there: `snapshot` has AWS copy it, `instance` has a temporary instance fetch it from an unpacker. @default 'snapshot' */
  readonly via?: BootstrapWay | undefined;
  /** The temporary instance, with `via: 'instance'` only. */
  readonly copier?: CopierOptions | undefined;
  /** On AMI and snapshot. @default none */
  readonly tags?: Tags | undefined;
}

/** Ways to copy. */
const bootstrapWays = ['snapshot', 'instance'] as const;
export type BootstrapWay = (typeof bootstrapWays)[number];

const defaultName = '{stream}/bootstrap';

/** By `targetKey`. */
type Found = ReadonlyMap<string, TargetAnswer<StreamImages>>;

/** What a target gets, planned by one of the ways. */
type PlanCopy = (destination: Target, ec2: Ec2Api) => Promise<CopyChange | InstanceCopy>;

interface Places {
  readonly found: Found;
  /** Where to copy from. */
  readonly origins: readonly Target[];
}

/** Finds out where the stream is, and from where the other targets get it. A place that does not answer is no source. */
export const planBootstrap = async (
  context: PlanContext,
  request: BootstrapRequest,
): Promise<TargetAnswer<readonly (CopyChange | InstanceCopy)[]>[]> => {
  const { targets } = context;
  const { from, via = 'snapshot' } = request;
  checkRequest(request);
  const found = await findEverywhere(context, request);
  if (from !== undefined) tellOfSilence(context, from, found);
  const planCopy = await ways[via](context, request, { found, origins: (from ?? targets).targets });
  return planEachTarget(context, async (destination, ec2) => {
    const answer = found.get(targetKey(destination));
    if (answer !== undefined && 'error' in answer) throw answer.error;
    return answer?.value.present === undefined ? [await planCopy(destination, ec2)] : [];
  });
};

const planSnapshots = async (
  context: PlanContext,
  request: BootstrapRequest,
  { found, origins }: Places,
): Promise<PlanCopy> => {
  const { cloud, signal } = context;
  const { stream, transferKey } = request;
  const places = origins.flatMap((place) => imagesAt(found, place) ?? []);
  const choice = {
    ...{ cloud, signal, stream, transferKey },
    sources: places.flatMap(({ source }) => source ?? []),
    refusals: places.flatMap(({ refusals }) => refusals),
  };
  return async (destination, ec2) => {
    const source = await chooseSource(choice, destination);
    return copyChange(source, await planOf(context, request, { source, destination, ec2 }));
  };
};

const planInstances = async (
  context: PlanContext,
  request: BootstrapRequest,
  { found, origins }: Places,
): Promise<PlanCopy> => {
  const { stream, copier = {} } = request;
  const volumes = await findUnpackerVolumes(context, origins, stream, (place) => imagesAt(found, place));
  return async (destination, ec2) => {
    const source = nearestVolume(volumes, stream, destination);
    const image = await copierImage(context, destination, ec2, copier.image);
    const network = await chooseNetwork(ec2, copier.network ?? {}, context);
    const plan = await planOf(context, request, { source, destination, ec2 });
    return instanceCopy(source, plan, image, network, copier);
  };
};

const ways = { snapshot: planSnapshots, instance: planInstances };

const planOf = async (
  context: PlanContext,
  request: BootstrapRequest,
  {
    source,
    destination,
    ec2,
  }: { readonly source: Original; readonly destination: Target; readonly ec2: Ec2Api },
): Promise<CopyPlan> => {
  const { stream, tags = {} } = request;
  const name = await freeName(ec2, source, request, context);
  const kmsKey = context.cloud.settings(destination).kmsKey ?? request.kmsKey ?? null;
  return { stream, name, kmsKey, destination, tags };
};

/** Looks at every place once, be it a target, a source or both. */
const findEverywhere = async (context: PlanContext, { stream, from }: BootstrapRequest): Promise<Found> => {
  const { cloud, targets } = context;
  const places = [...targets.targets, ...(from?.targets ?? [])];
  const once = new Map(places.map((place) => [targetKey(place), place]));
  const answers = await forEachTarget(
    [...once.values()],
    async (place) => findStreamImages(await cloud.ec2(place), place, stream, context),
    context,
  );
  return new Map(answers.map((answer) => [targetKey(answer.target), answer]));
};

/** Of each way, an option that means nothing to it, and what to do then. */
const meaningless = {
  snapshot: {
    name: 'copier',
    remedy: 'leave the options of the instance and its network out, or add --via instance',
  },
  instance: { name: 'transferKey', remedy: 'leave --transfer-key out, or --via instance' },
} as const;

const checkRequest = (request: BootstrapRequest): void => {
  const { stream, via = 'snapshot', tags = {} } = request;
  checkTags(tags);
  if (stream === '') throw refuse('the name of the stream is empty');
  if (!bootstrapWays.includes(via)) throw invalidOption('via', bootstrapWays.join(' or '), via);
  const { name, remedy } = meaningless[via];
  if (request[name] !== undefined) throw refuse(`${name} means nothing to a copy by ${via}`, remedy);
};

const refuse = (message: string, remedy?: string): AmiPublisherError =>
  new AmiPublisherError('INVALID_OPTION', { message, ...(remedy !== undefined && { remedy }) });

const imagesAt = (found: Found, place: Target): StreamImages | undefined => {
  const answer = found.get(targetKey(place));
  return answer !== undefined && 'value' in answer ? answer.value : undefined;
};

/** Of targets, silence is told as their failure; of other places it would not be told at all. */
const tellOfSilence = ({ note }: PlanContext, from: ResolvedTargets, found: Found): void => {
  const silent = from.targets.flatMap((place) => {
    const answer = found.get(targetKey(place));
    return answer !== undefined && 'error' in answer ? { ...place, error: answer.error } : [];
  });
  for (const notice of from.notices) note(notice);
  for (const { error, ...place } of [...from.failures, ...silent])
    note(`${formatTarget(place)} is no source: ${error.summary}`);
};

/** @throws `AMI_NAME_TAKEN`, `INVALID_OPTION` for a name that AWS would refuse */
const freeName = async (
  ec2: Ec2Api,
  { image, leaf }: Original,
  { stream, amiName = defaultName }: BootstrapRequest,
  { cloud, signal }: PlanContext,
): Promise<string> => {
  const date = new Date(cloud.clock.now()).toISOString().slice(0, 10).replaceAll('-', '');
  const name = renderAmiName(amiName, { stream, leaf, date, architecture: image.Architecture ?? '' });
  const images = await describeImages(ec2, [{ Name: 'name', Values: [escapeFilterValue(name)] }], { signal });
  const taken = images.find(({ Name }) => Name === name);
  if (taken === undefined) return name;
  throw new AmiPublisherError('AMI_NAME_TAKEN', {
    message: `the AMI name ${JSON.stringify(name)} belongs to ${taken.ImageId} (${taken.State}), which is not the stream's any more, or not yet`,
    call: 'ec2:DescribeImages',
    resource: taken.ImageId ?? name,
    remedy: 'wait until it is available, choose another --ami-name, or deregister that AMI',
  });
};
